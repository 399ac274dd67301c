story huge-term
title
  en: Back with a huge term
  zh: 带着很大的任期归来
run raft:basic;r1;s3;servers=5;clients=1

step
  until time >= 20ms
  do fire.n1.0
  until n1.commit >= 2
  do cut.n5
  spot n5
  en: n1 leads term 1. We cut n5 off. It hears nothing, stands again and again, and raises its term each time.
  zh: n1 是任期 1 的领导者。我们隔离 n5。它什么也听不到，于是一次次参选，每次任期加一。

step
  until n5.term >= 6
  claim n1.role = leader
  spot n5
  en: n5 is in term 6 by now; the others are still in term 1 and work.
  zh: n5 已到任期 6；其余服务器仍在任期 1，工作正常。
  ask
    en: The cut heals. What happens to n1?
    zh: 网络恢复后，n1 会怎样？
    right
      en: It must step down
      zh: 必须下台
      why
        en: Whoever hears of a newer term adopts it and follows, however old the log of the other is.
        zh: 任何服务器得知更新的任期都要采用并转为跟随者，不管对方的日志有多旧。
    wrong
      en: Nothing, n5's log is behind
      zh: 没事，n5 的日志落后
      why
        en: That keeps n5 from winning. Its term is adopted all the same.
        zh: 这只能阻止 n5 当选，它的任期照样会被采用。

step
  do heal
  until n1.role = follower
  spot n1 n5
  en: A healthy leader is deposed by a server that was merely away. The cluster stands still until the next election.
  zh: 健康的领导者被一台只是离开过的服务器拉下马。集群停摆，直到下一次选举。

step
  until any.role = leader as L
  claim $L.term >= 7
  claim not broken leader-completeness
  en: {L} leads. Nothing is lost but time. The variant “PreVote” spares that; see the next story.
  zh: {L} 成为领导者。除了时间什么也没丢。变体“预投票”能避免这种打扰，见下一个故事。
