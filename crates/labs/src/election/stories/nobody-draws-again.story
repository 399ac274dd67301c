story nobody-draws-again
title
  en: The leader dies, and nobody draws again
  zh: 领导者宕机，没有谁重新抽数
run election:random-max;r1;s5

step
  until n3.role = leader
  until all.leader = n3
  spot n3
  en: n3 has drawn 9, the greatest, and leads. All the others follow it and hear its heartbeats.
  zh: n3 抽到最大的 9，成为领导者。其余节点都跟随它，听着它的心跳。

step
  do crash.n3
  until note "nobody draws" as N
  spot $N
  en: n3 crashes. {N} notices that its leader is silent.
  zh: n3 崩溃。{N} 发现领导者沉默了。
  ask
    en: Who leads now?
    zh: 现在谁领导？
    right
      en: Nobody, for ever
      zh: 永远没有谁
      why
        en: Numbers are drawn when a program starts. No rule says what to do when the leader is gone.
        zh: 数字只在程序启动时抽取。没有规则说明领导者消失之后该怎么办。
    wrong
      en: n2, which drew the next greatest number
      zh: n2，它抽到次大的数
      why
        en: n2 knows the numbers, but has compared them once and for all.
        zh: n2 知道这些数，但比较只做一次，不再重来。

step
  until time >= 2s
  claim count role = leader = 0
  en: Two seconds are over, and four healthy nodes follow a dead one.
  zh: 两秒过去了，四个健康的节点仍跟随着一个已宕机的节点。

step
  do restart.n3
  until n3.role = leader
  spot n3
  en: n3 comes back, draws anew, hears from nobody in time, and leads by itself, whatever its number. An election needs a
    detector and a number of its own, an epoch: see `bully`.
  zh: n3 恢复后重新抽数，没有及时收到任何数，于是不论抽到几都自己领导。选举需要故障检测，也需要自己的编号，即纪元：请看 bully 变体。
