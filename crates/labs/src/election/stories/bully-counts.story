story bully-counts
title
  en: What a bully costs: n²
  zh: 霸道算法的代价：n²
run election:bully;r1;s1;start=settled

step
  until time >= 50ms
  claim all.leader = n5
  do crash.n5
  do do.n1.elect
  until message ELECTION from n1
  spot n1
  en: n5 led and has crashed. n1, the lowest, is the first to notice, and asks all that are higher: four ELECTION.
  zh: 领导者 n5 崩溃了。最低的 n1 最先发现，向所有更高的节点发出 4 条 ELECTION。
  ask
    en: n2, n3 and n4 live, and each starts an election too. How many ELECTION in all?
    zh: n2、n3、n4 还活着，各自也发起选举。ELECTION 一共有几条？
    right
      en: 10
      zh: 10 条
      why
        en: 4 + 3 + 2 + 1, or n(n−1)/2. With the OKs, (n−1)(n−2)/2, it grows with the square of n.
        zh: 4 + 3 + 2 + 1，即 n(n−1)/2。再加上 (n−1)(n−2)/2 条 OK，总数随 n 的平方增长。
    wrong
      en: 4
      zh: 4 条
      why
        en: Those are only n1's own.
        zh: 那只是 n1 自己发出的。
    wrong
      en: 20
      zh: 20 条
      why
        en: Nobody asks a lower node.
        zh: 没有谁会询问更低的节点。

step
  until n1.phase = waiting
  spot n1
  en: A higher node has answered OK. n1 is out of the race, and waits.
  zh: 有更高的节点回复 OK。n1 退出竞争，等待结果。

step
  until message COORDINATOR from n4
  claim n4.role = leader
  spot n4
  en: Nobody above n4 has answered in time. It leads, and tells the three below it.
  zh: n4 之上没有谁及时应答。它成为领导者，并告知其下的三个节点。

step
  until count leader = n4 >= 4
  claim not broken one-leader-an-epoch
  en: 10 ELECTION, 6 OK, 3 COORDINATOR. Had n4 noticed first it would have been 1 and 3.
  zh: 10 条 ELECTION、6 条 OK、3 条 COORDINATOR。若最先发现的是 n4，则只需 1 条和 3 条。
