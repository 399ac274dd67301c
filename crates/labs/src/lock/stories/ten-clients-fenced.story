story ten-clients-fenced
title
  en: Ten clients, a fencing token, one pause
  zh: 十个客户端，防护令牌，一次停顿
run lock:ttl-fenced;r1;s1;clients=10;increments=100

step
  until n1.acknowledged >= 100
  until c4.phase = working
  do pause.c4
  spot c4
  en: As before: ten clients, and c4 stands still after its read. This time each grant has a number.
  zh: 与之前相同：十个客户端，c4 读完之后停住。这一次每次授予都有号码。

step
  until note "expired" at n2
  until n1.acknowledged >= 115
  spot n1
  en: The others go on, with ever higher numbers. The resource remembers the highest.
  zh: 其他客户端继续，号码越来越大，资源记住最大的一个。
  ask
    en: c4 wakes. How many increments are lost?
    zh: c4 醒来。会丢几次加一？
    right
      en: None
      zh: 一次也不丢
      why
        en: Its write is refused, its own increment is not acknowledged, and it tries again.
        zh: 它的写入被拒绝，它自己那次加一没有被确认，它会重来。
    wrong
      en: Its own
      zh: 它自己的那一次
      why
        en: Nobody acknowledged that one. It takes the lock again, and adds one.
        zh: 那一次从未被确认。它会重新取得锁，再加一。

step
  do resume.c4
  until note "fenced" at n1
  claim n1.lost = 0
  spot n1 c4
  en: Refused.
  zh: 被拒绝。

step
  until n1.acknowledged = 1000
  claim n1.counter = 1000
  claim not broken no-lost-increment
  claim not broken service-exclusive
  spot n1
  en: A thousand increments, a thousand in the counter.
  zh: 一千次加一，计数器正好一千。
