story two-holders
title
  en: Two holders
  zh: 两个持有者
run lock:ttl;r1;s1;clients=2;increments=0;ttl_us=10000000;work_us=1000000

step
  until time >= 20ms
  do do.c1.increment
  until c1.phase = working
  claim n2.holder = c1
  spot c1 n2
  en: c1 holds the lock for 10 seconds, has read 0, and is about to write 1. Watch for the two bars: who believes to hold
    the lock, and whom the service says.
  zh: c1 持有锁，租约 10 秒，它读到 0，正准备写 1。注意看两条横条：谁自认持有锁，服务又认定是谁。

step
  do pause.c1
  do do.c2.increment
  spot c1
  en: A long garbage collection: c1 stands still. Its lease does not.
  zh: 一次漫长的垃圾回收：c1 停住了，租约却没有停。
  ask
    en: c2 asks for the lock, again and again. What will happen?
    zh: c2 反复申请这把锁，接下来会怎样？
    wrong
      en: It waits until c1 wakes
      zh: 一直等到 c1 醒来
      why
        en: Then a crash of c1 would hold the lock for ever. Nobody can tell a crash from a long pause.
        zh: 那样的话 c1 一旦崩溃，锁就永远收不回来。谁也无法区分崩溃与长时间停顿。
    right
      en: It gets the lock after 10 seconds, while c1 still believes to hold it
      zh: 10 秒后得到锁，而 c1 仍自认持有
      why
        en: The store frees the key when its time is over. c1 cannot notice: it stands still.
        zh: 键一到期，存储就放开它。c1 无从察觉，因为它停住了。
    wrong
      en: It gets the lock, and c1 is told that it lost it
      zh: 得到锁，同时 c1 会被告知已失去锁
      why
        en: What is sent to c1 waits at its door. It reads nothing before it wakes.
        zh: 发给 c1 的消息只能等在门口，它醒来之前什么也读不到。

step
  until note "expired" at n2
  until c2.holds = true
  claim c1.holds = true
  claim seen two-believe
  claim not broken service-exclusive
  spot c1 c2
  en: Two believe. The service has done nothing wrong: it gave the lock once, and once more when the lease was over.
  zh: 两个客户端都自认持有。服务没有做错：它授予过一次，租约到期后又授予了一次。

step
  until reply ok at c2
  claim n1.counter = 1
  until time >= 15s
  en: c2 is done. The counter is 1, as it should be. 15 seconds have passed.
  zh: c2 完成了，计数器为 1，正应如此。此时已过去 15 秒。

step
  do resume.c1
  until note "accepted" at n1
  claim n1.acknowledged = 2
  claim n1.counter = 1
  claim broken no-lost-increment
  claim broken no-stale-write
  spot n1 c1
  en: c1 wakes, knows of no pause, and writes 1 over the 1 of c2. Two increments are acknowledged, and one is lost.
  zh: c1 醒来，不知道自己停顿过，于是写入 1，盖住了 c2 写的 1。确认了两次加一，却丢了一次。
  ask
    en: What would help?
    zh: 怎样才能避免？
    wrong
      en: c1 looks at its clock before it writes
      zh: c1 写之前先看看时钟
      why
        en: The pause may come right after the look, or the write may be slow on its way.
        zh: 停顿可能恰好发生在看完之后，写请求也可能在路上耽搁。
    wrong
      en: A longer lease
      zh: 更长的租约
      why
        en: There is always a longer pause; and crashes hold the lock for longer.
        zh: 总会有更长的停顿；而且一旦崩溃，锁被占住的时间也更长。
    right
      en: The resource must tell late writes from others
      zh: 资源要能认出迟到的写入
      why
        en: A number that rises with each grant goes along, a fencing token. See the variant ‘Lease with fencing token’.
        zh: 每次授予都附带一个递增的号码，即防护令牌。请看变体“带防护令牌的租约”。
