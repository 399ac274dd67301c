story two-sides
title
  en: A cut gives two leaders
  zh: 网络切断后出现两个领导者
run election:unique-max;r1;s1

step
  until time >= 1ms
  do cut.n1_n2
  spot n1 n2
  en: Ids break ties now. But while the numbers are on their way the network is cut: n1 and n2 on one side, n3 to n5 on
    the other.
  zh: 现在用 id 打破平局。但数字还在途中时网络被切断：一侧是 n1、n2，另一侧是 n3 到 n5。
  ask
    en: How many leaders will there be?
    zh: 会有几个领导者？
    right
      en: Two, one on each side
      zh: 两个，每侧一个
      why
        en: Who was not heard in time does not count, so each side has a greatest number of its own.
        zh: 未及时收到的不算，于是每一侧都有自己的最大数。
    wrong
      en: One, on the side of three
      zh: 一个，在三个节点的那侧
      why
        en: That needs a rule which this algorithm lacks: to lead you need a majority.
        zh: 那需要一条这里没有的规则：领导必须得到多数派。
    wrong
      en: None, until the cut heals
      zh: 没有，直到网络恢复
      why
        en: The collect timeout ends the waiting, on both sides.
        zh: 收集超时会结束等待，两侧都如此。

step
  until broken one-leader-an-epoch
  en: Both sides have decided: split brain.
  zh: 两侧都做出了决定：脑裂。

step
  do heal
  until time >= 1s
  claim count role = leader = 2
  en: The cut heals, and both go on leading. Of two sides only one can have a majority: that is what Raft, Paxos and the
    service behind `znode` build on.
  zh: 网络恢复后，两者仍继续领导。两侧之中至多一侧拥有多数派：Raft、Paxos 以及 znode 背后的服务都以此为基础。
