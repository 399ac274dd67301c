story lose-one
title
  en: Your turn: lose an increment
  zh: 轮到你：弄丢一次加一
run lock:ttl;r1;s7;clients=3

step
  until n1.acknowledged >= 3
  en: Three clients share a lock with a lease of 300 ms. The store ends a lease by its own clock, whatever its holder does.
    Watch for what a holder has read before it writes.
  zh: 三个客户端共用一把租约 300 ms 的锁。存储按自己的时钟结束租约，不管持有者在做什么。留意持有者写之前读到了什么。
  ask
    en: When can a holder that stands still do harm?
    zh: 持有者停在哪里会造成破坏？
    right
      en: Between its read and its write
      zh: 在读之后、写之前
      why
        en: It wakes with an old value, and writes it over what others have written since.
        zh: 它醒来时手里是旧值，会盖掉别人后来写下的值。
    wrong
      en: At any time: the lock is gone when it wakes
      zh: 任何时候：醒来时锁已不在
      why
        en: Before its read it will read the new value, and after its write nothing is left to spoil.
        zh: 读之前停住，醒来会读到新值；写之后停住，也没有什么可破坏的了。

step
  until n1.acknowledged >= 5
  claim n1.lost = 0
  spot n1
  en: Three clients add one under a lease of 300 ms, with no fencing. Make the counter lose an increment. You may pause one
    client, once; to let it go on is free. When must it stand still, and for how long?
  zh: 三个客户端在 300 ms 的租约下加一，没有防护令牌。请让计数器丢掉一次加一：你可以暂停一个客户端一次，恢复不计次数。该在何时停住它，停多久？
  goal
    reach broken no-lost-increment
    within 5s
    allow pause 1
    solve until c1.phase = working
    solve do pause.c1
    solve until note "expired" at n2
    solve until reply ok at c2
    solve do resume.c1
    solve until broken no-lost-increment

step
  en: It must stand still after its read and before its write, until its lease is over and another has written.
  zh: 要停在读之后、写之前，直到租约到期、别人已经写过。
