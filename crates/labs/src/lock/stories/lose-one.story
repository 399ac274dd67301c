story lose-one
title
  en: Your turn: lose an increment
  zh: 轮到你：弄丢一次加一
run lock:ttl;r1;s7;clients=3

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
