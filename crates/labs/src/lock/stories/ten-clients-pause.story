story ten-clients-pause
title
  en: Ten clients, a lease, one pause
  zh: 十个客户端，一份租约，一次停顿
run lock:ttl;r1;s1;clients=10;increments=100

step
  until n1.acknowledged >= 100
  claim n1.lost = 0
  claim not broken no-lost-increment
  spot n1
  en: Ten clients under a lease of 300 ms, without any fault. A hundred increments are acknowledged, and all are there.
  zh: 十个客户端，租约 300 ms，没有任何故障。已确认一百次加一，一次不少。
  ask
    en: One client will stand still once, for 600 ms, between its read and its write. What will be lost?
    zh: 将有一个客户端在读与写之间停顿一次，时长 600 ms。会丢失什么？
    wrong
      en: One increment
      zh: 一次加一
      why
        en: Its late write sets the counter back to what it was before the pause, with all that others have added since.
        zh: 它迟到的写入会把计数器拨回停顿之前，连同这期间别人加上去的一起丢掉。
    right
      en: All that was added while it stood still
      zh: 停顿期间加上去的全部
      why
        en: It writes one more than it read, 600 ms ago.
        zh: 它写入的是 600 ms 之前读到的值加一。

step
  until c4.phase = working
  do pause.c4
  spot c4
  en: c4 has read the counter, and stands still.
  zh: c4 读完计数器，停住了。

step
  until note "expired" at n2
  until n1.acknowledged >= 115
  claim n1.lost = 0
  spot n1 n2
  en: The lease of c4 is over, and the others go on. Nothing is lost yet.
  zh: c4 的租约到期，其他客户端继续干活。到目前为止什么也没丢。

step
  do resume.c4
  until broken no-lost-increment
  claim n1.lost >= 5
  claim broken no-stale-write
  spot n1 c4
  en: c4 wakes and writes. The counter falls back by all that was added meanwhile.
  zh: c4 醒来并写入，计数器倒退，这期间加上去的全没了。

step
  until n1.acknowledged = 1000
  claim n1.counter < 1000
  claim n1.lost >= 5
  spot n1
  en: All are done, and what was lost stays lost. The next story is the same run with a fencing token.
  zh: 全部完成，丢掉的再也回不来。下一个故事是带防护令牌的同一次运行。
