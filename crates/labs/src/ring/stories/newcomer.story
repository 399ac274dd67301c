story newcomer
title
  en: Only to the newcomer
  zh: 只搬给新节点
run ring:ring;r1;s1;join_after_us=0;leave_after_us=0

step
  until time >= 100ms
  en: Seven nodes, ten points each on the circle. A key belongs to the next point clockwise; its second copy lies on
    the next other node. Tap a node to see its arcs.
  zh: 七个节点，每个在圆上有十个点。键归顺时针方向的下一个点所属的节点，第二份副本放在再下一个不同的节点上。点一下节点，可以看到它的弧段。

step
  do join.n8
  do do.n8.join
  until n8.role = joining
  spot n8
  en: n8 joins. Its ten points cut ten arcs in two; the part behind each point is its own.
  zh: n8 加入。它的十个点把十段弧各切成两段，每个点后面的那一段归它。
  ask
    en: Will any key move between n1 and n7?
    zh: n1 和 n7 之间会有键搬动吗？
    right
      en: No, only to n8
      zh: 不会，只会搬到 n8
      why
        en: The points of the old nodes stay where they are, so a key either keeps its owner or falls to n8.
        zh: 老节点的点都没有动，所以一个键要么归属不变，要么归 n8。
    wrong
      en: Yes, about one key in eight
      zh: 会，大约八分之一
      why
        en: One eighth of all copies move, but all of them to n8.
        zh: 确实约有八分之一的副本要搬，但全部搬到 n8。
    wrong
      en: Yes, nearly all
      zh: 会，几乎全部
      why
        en: That is k mod n, where a new n changes nearly every remainder.
        zh: 那是 k mod n 的情形：n 一变，几乎所有余数都变。

step
  until note "reads switched"
  claim not broken only-what-must
  claim not broken no-miss
  en: Every moved key is on n8's disk. Until now reads went to the old owners and writes to old and new ones; now
    reads switch.
  zh: 要搬的键都已在 n8 的磁盘上。在此之前，读取走旧归属节点，写入新旧都写；现在读取转向新副本。

step
  until met placed
  claim n8.role = member
  claim not broken only-what-must
  en: The old copies are dropped last, when nobody reads them any more. No read missed.
  zh: 旧副本最后才删除，那时已经没有谁会去读。读取从未落空。

step
  do do.n3.leave
  until n3.role = left
  spot n3
  claim not broken only-what-must
  claim n3.keys = 0
  en: Now n3 leaves. Its keys, and no others, find new homes, spread over all that are left.
  zh: 接着 n3 退出。只有它的键要换地方，并且分散到其余各个节点上。

step
  en: Your turn. Lose a node for good, and bring every key back to two copies.
  zh: 轮到你了：让一个节点彻底失效，再让每个键恢复为两份副本。
  goal
    reach any.status = down and n1.members.len = 6 and met placed
    within 10s
    allow crash 1
    allow do 1
    solve do crash.n5
    solve do do.n1.remove.n5
