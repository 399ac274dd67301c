story ring-counts
title
  en: Around the ring: n·Hₙ
  zh: 绕环一周：n·Hₙ
run election:ring;r1;s1

step
  until message ELECTION
  en: Five nodes on a ring, each with an id that it has drawn. All send their own to the next one: five messages.
  zh: 五个节点围成环，各有一个随机抽取的 id。它们都把自己的 id 发给下一个节点：共五条消息。

step
  until note "swallowed" as S
  spot $S
  en: {S} swallows an id smaller than its own. Larger ones it passes on.
  zh: {S} 吞掉了比自己小的 id，更大的则继续传递。
  ask
    en: How many times does the largest id travel from one node to the next?
    zh: 最大的 id 会从一个节点传到下一个节点多少次？
    right
      en: Five: once around
      zh: 五次：绕环一周
      why
        en: Nobody swallows it, and when it comes back its owner knows that it is the largest.
        zh: 没有谁会吞掉它；回到主人手中时，主人就知道自己最大。
    wrong
      en: Once
      zh: 一次
      why
        en: Then its owner would never learn that it is the largest.
        zh: 那样主人永远不会知道自己最大。

step
  until n2.role = leader
  claim count participant = true = 5
  spot n2
  en: n2's id came back: n2 leads. The others' ids got less far. In the worst order, `order=descending`, it takes
    n(n+1)/2 = 15 messages, in the best 2n−1 = 9, and n·Hₙ = 11.42 on average.
  zh: n2 的 id 回来了，由 n2 领导。其余 id 走得没那么远。最坏的次序（order=descending）需要 n(n+1)/2 = 15 条消息，最好 2n−1 = 9 条，
    平均 n·Hₙ = 11.42 条。

step
  until all.leader = n2
  claim not broken one-leader-an-epoch
  en: ELECTED has gone around once, n messages more.
  zh: ELECTED 也绕环一周，又是 n 条消息。

step
  do crash.n4
  until note "leader silent"
  until time >= 4s
  claim count role = leader = 0
  en: A ring is as strong as its weakest node. n4 is dead, no heartbeat comes around, and no id will ever come back. Chang
    and Roberts assume that nobody crashes.
  zh: 环的强度取决于最弱的节点。n4 宕机后，心跳传不过来，也不会再有 id 能绕回来。Chang 与 Roberts 假设没有节点会崩溃。
