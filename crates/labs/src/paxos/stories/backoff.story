story backoff
title
  en: A livelock, and how to end it
  zh: 活锁，以及如何结束它
run paxos:single;r1;s1;learners=0;clients=0;latency_us=10000-10000;disk_us=30000-30000;backoff=none;phase_timeout_us=300000;@0disk.n1.0-0;@0disk.n2.0-0;@0disk.n3.0-0

step
  until time >= 5ms
  do do.n1.propose.1.7
  until time >= 45ms
  do do.n2.propose.1.8
  until note "overtaken" at n1
  spot n1 n2
  en: Every message takes 10 ms, the disks of n4 and n5 take 30 ms, and whoever is overtaken tries again at once. Watch the
    ballots and the values.
  zh: 每条消息耗时 10 ms，n4 和 n5 写盘 30 ms，被抢先者立即重试。留意投票编号与值。
  ask
    en: How long will the two go on like this?
    zh: 双方会这样持续多久？
    right
      en: For ever: each overtakes the other in the same way again
      zh: 永远：每次都以同样的方式抢在对方前面
      why
        en: Nobody waits, so each new ballot arrives between the other's two phases. FLP says that some such run must
          exist.
        zh: 双方都不等待，于是每个新投票都恰好落在对方两个阶段之间。FLP 定理说，这样的运行必然存在。
    wrong
      en: Until the ballots are high enough
      zh: 直到投票编号足够高
      why
        en: There is always a higher one.
        zh: 总有更高的编号。
    wrong
      en: Until an acceptor has seen both values
      zh: 直到某个接受者见过两个值
      why
        en: Acceptors do not choose between values, they answer the newest ballot.
        zh: 接受者不在值之间挑选，只答复最新的投票。

step
  until time >= 2s
  claim seen duel
  claim not n1.learned.1 >= 7
  claim not n2.learned.1 >= 7
  claim not broken agreement
  spot n1 n2
  en: Two seconds, dozens of ballots, no value. Nothing is wrong, and nothing is done. Now you: have a value chosen.
  zh: 两秒过去，几十轮投票，没有选定任何值。没有出错，也没有进展。轮到你了：让一个值被选定。
  goal
    reach any.learned.1 >= 7
    within 2s
    allow pause 1
    solve do pause.n2
    solve until n1.learned.1 >= 7

step
  until time >= 2500ms
  en: Leave one of them alone for two round trips, and it is done. The next story lets chance do that.
  zh: 只要让其中一个不受打扰地完成两个往返就够了。下一个故事让随机性来做到这一点。
