story neighbour
title
  en: The neighbour that drowns
  zh: 被压垮的邻居
run ring:ring;r1;s1;virtual_nodes=1;replication_factor=1;join_after_us=0;leave_after_us=0

step
  until seen overloaded
  en: One point a node, one copy a key. The arcs are as long as chance made them, and so are the loads.
  zh: 每个节点一个点，每个键一份副本。弧有多长全凭运气，负载也就有多悬殊。

step
  until time >= 200ms
  en: n7 has the longest arc, and will leave the ring.
  zh: n7 的弧最长，现在它即将退出。
  ask
    en: Who takes its keys?
    zh: 它的键由谁接收？
    right
      en: The next node clockwise, all of them
      zh: 顺时针的下一个节点，全部由它接收
      why
        en: With one point, the arc behind it falls whole to the next point.
        zh: 只有一个点时，它后面的整段弧都归下一个点。
    wrong
      en: All others, in equal parts
      zh: 其余节点平均分担
      why
        en: That needs many points a node, so that its arcs lie between many neighbours.
        zh: 那需要每个节点有很多点，使它的弧段夹在许多邻居之间。
    wrong
      en: The least loaded node
      zh: 负载最小的节点
      why
        en: Hashing places keys without looking at load.
        zh: 哈希放置键时并不看负载。

step
  do do.n7.leave
  until n7.leaving > 0
  spot n7 n6
  en: Watch the messages. They all go to one node.
  zh: 看消息的去向：全部发往同一个节点。

step
  until n7.role = left
  claim n6.keys > 900
  claim not broken only-what-must
  en: The ring kept its word, only the leaver's keys moved; and one neighbour has all of them. More virtual nodes spread
    them. Open the settings and try 10, then 100.
  zh: 环信守了承诺：只搬退出者的键；但它们全压在一个邻居身上。虚拟节点越多，分得越散。到设置里试试 10，再试试 100。
