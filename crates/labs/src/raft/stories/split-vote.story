story split-vote
title
  en: The split vote
  zh: 选票分裂
run raft:basic;r1;s2;servers=3;clients=0

step
  until time >= 60ms
  do fire.n1.0
  do fire.n2.0
  do fire.n3.0
  claim count role = candidate = 3
  en: We let all three election timeouts run out at the same moment. Three candidates stand in term 1, and each has
    voted for itself.
  zh: 我们让三台服务器的选举超时在同一时刻到期。任期 1 有三个候选人，各自投了自己一票。
  ask
    en: Who wins term 1?
    zh: 任期 1 谁会当选？
    right
      en: Nobody
      zh: 谁也不会
      why
        en: Each server has one vote a term and has given it to itself. Nobody gets a second one.
        zh: 每台服务器一个任期只有一票，都投给了自己，谁也得不到第二票。
    wrong
      en: The one with the smallest number
      zh: 编号最小的
      why
        en: Raft has no ranks. A vote once given stays given for the whole term.
        zh: Raft 不分等级。票一旦投出，整个任期内不能更改。
    wrong
      en: Whoever's request arrives first
      zh: 请求先到的那一个
      why
        en: It would, if the receiver still had its vote.
        zh: 若接收者手中还有票，确实如此。

step
  until note "refused vote"
  claim seen split-vote
  en: The requests cross and are refused. Term 1 ends without a leader. Watch the arcs, each is drawn anew, with
    another length.
  zh: 请求互相交错，全部被拒。任期 1 以没有领导者告终。注意外圈的弧线：每次都重新随机，长短不一。

step
  until any.role = leader as L
  spot $L
  claim $L.term >= 2
  claim not broken election-safety
  en: {L} timed out first and had time to collect votes before the others stood again. Chance breaks the tie. The
    variant “fixed timeout” shows what happens without it.
  zh: {L} 最先超时，在别人再次参选之前收齐了选票。打破僵局的是随机性。没有随机性会怎样，请看变体“固定超时”。
