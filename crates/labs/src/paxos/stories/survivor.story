story survivor
title
  en: A value survives its proposer
  zh: 值比提议者活得更久
run paxos:single;r1;s2;clients=0

step
  until time >= 5ms
  do do.n1.propose.1.7
  until any.value = 7
  until message Accepted from n3
  spot n1
  en: n1 has a majority of promises, and the first acceptances of 7 are on their way.
  zh: n1 已得到多数派的承诺，对 7 的第一批接受正在返回途中。

step
  do crash.n1
  spot n1
  en: We crash n1 before it hears them. Nobody who is up knows whether 7 is chosen.
  zh: 我们让 n1 在收到之前崩溃。还活着的节点里，没有谁知道 7 是否已选定。
  ask
    en: n2 comes now and wants 8. What will be chosen?
    zh: 此时 n2 想要 8。最终会选定什么？
    right
      en: 7
      zh: 还是 7
      why
        en: A promise reports 7, and n2 must go on with it. It cannot know that 7 is not chosen.
        zh: 有承诺报告了 7，n2 就必须接手它，因为无法断定 7 没有被选定。
    wrong
      en: 8, for n1 is dead
      zh: 8，因为 n1 已经宕机
      why
        en: The acceptors live, and what they accepted is on their disks.
        zh: 接受者还在，它们接受的值就在磁盘上。
    wrong
      en: Nothing, until n1 is back
      zh: 什么都不会，直到 n1 恢复
      why
        en: Any proposer can go on. No node is needed but a majority of acceptors.
        zh: 任何提议者都能继续。除了多数派接受者，不依赖任何一个节点。

step
  do do.n2.propose.1.8
  until note "took over value" at n2
  claim n2.own = 8
  claim n2.value = 7
  spot n2
  en: A promise told n2 of 7 in ballot 1.n1. n2 lets its own 8 go, and proposes 7 in its own ballot.
  zh: 承诺告诉 n2：7 曾在 1.n1 被接受。n2 放弃自己的 8，在自己的投票中提出 7。

step
  until n2.learned.1 = 7
  until n6.learned.1 = 7
  claim seen value-survives
  claim not broken agreement
  en: 7 is chosen, brought home by another than the one that proposed it.
  zh: 7 被选定了，而完成它的并不是最初提出它的提议者。
