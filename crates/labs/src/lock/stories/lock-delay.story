story lock-delay
title
  en: The lock-delay
  zh: 锁延迟
run lock:chubby;r1;s1;clients=2;increments=0;work_us=400000;lock_delay_us=1000000

step
  until time >= 1s
  do do.c1.increment
  until c1.phase = working
  do crash.c1
  do do.c2.increment
  until note "session expired"
  spot c1 c2
  en: c1 crashed with the lock, and its session has ended. c2 may have the lock.
  zh: c1 持锁崩溃，会话已结束，c2 可以得到锁了。

step
  until note "lock-delay" at c2
  claim c2.holds = false
  spot c2
  en: Not yet: c1 did not free it, it failed. Its requests may still be under way to a resource that checks no sequencer. So
    nobody gets the lock for a second.
  zh: 还不行：c1 不是释放锁，而是失效了。它的请求可能还在前往某个不检查序列器的资源的路上。因此一秒之内谁也得不到锁。
  ask
    en: c1 had let the lock go instead. How long would c2 have waited?
    zh: 假如 c1 是正常释放的，c2 会等多久？
    right
      en: Not at all
      zh: 完全不用等
      why
        en: Who lets go has had all its answers.
        zh: 释放锁的客户端，所有请求都已得到答复。
    wrong
      en: As long
      zh: 一样久
      why
        en: The delay is there for requests that nobody waits for any more.
        zh: 锁延迟只为那些已无人等待的请求而设。

step
  until c2.holds = true
  until reply ok at c2
  claim n1.counter = 1
  claim n1.highest_token = 2
  claim not broken service-exclusive
  en: After the delay c2 has the lock, with generation 2.
  zh: 延迟过后 c2 得到锁，代号为 2。
