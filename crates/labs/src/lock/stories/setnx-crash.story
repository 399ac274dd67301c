story setnx-crash
title
  en: SETNX and a crash
  zh: SETNX 遇上崩溃
run lock:setnx;r1;s1;clients=2;increments=0;work_us=200000

step
  until time >= 20ms
  do do.c1.increment
  until c1.phase = working
  spot c1 n2
  en: SETNX has set the key, and so c1 holds the lock. It will say DEL when it is done.
  zh: SETNX 设置了键，c1 持有锁，完成后它会发 DEL。

step
  do crash.c1
  do do.c2.increment
  spot c1
  en: c1 crashes in between. c2 asks for the lock.
  zh: c1 在中途崩溃。c2 来申请锁。
  ask
    en: Who will delete the key?
    zh: 谁会来删除这个键？
    wrong
      en: The store, when it sees that c1 is gone
      zh: 存储节点，它会发现 c1 不在了
      why
        en: The store keeps keys and values. It does not know that a key stands for a client.
        zh: 存储只管键和值，并不知道某个键代表一个客户端。
    right
      en: Nobody
      zh: 没有谁
      why
        en: The key has no expiry, and the one that would say DEL is dead.
        zh: 键没有过期时间，该发 DEL 的那个客户端又已经死了。

step
  until time >= 10s
  claim n2.holder = c1
  claim c2.holds = false
  claim c2.attempt >= 100
  spot c2
  en: Ten seconds and hundreds of attempts later c2 is still waiting.
  zh: 十秒过去，尝试了数百次，c2 还在等。

step
  do restart.c1
  do do.c1.increment
  until time >= 12s
  claim c1.holds = false
  claim n1.counter = 0
  spot c1 n2
  en: Not even c1 itself gets the lock back: it has forgotten that it held it. An expiry is needed, set in the same command
    as the key: SET NX PX, as in the variants with a lease.
  zh: 连 c1 自己也拿不回锁：它不记得曾经持有。锁需要过期时间，并且要与设键在同一条命令里设定：SET NX PX，见带租约的变体。
