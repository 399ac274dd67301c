story a-round-that-commits
title
  en: A round that commits
  zh: 一轮成功的提交
run commit:2pc;r1;s2;clients=1;transfers=0

step
  until time >= 30ms
  en: n1 coordinates; n2 to n5 each hold accounts on a disk of their own. A transfer between them must be made
    everywhere or nowhere.
  zh: n1 是协调者，n2 到 n5 各自在自己的磁盘上保存账户。它们之间的一笔转账，要么处处生效，要么处处不生效。

step
  do do.c1.transfer.10.n2.n3.n4.n5
  until message Prepare from n1
  spot n1
  en: The client asks for 10 to each of n3, n4 and n5, out of n2. n1 asks all four for their vote. It writes nothing
    yet, and its vote timer runs.
  zh: 客户端请求从 n2 向 n3、n4、n5 各转 10。n1 向四个参与者征求投票。此时它什么也不写，只启动投票定时器。

step
  until any.state = working as P
  spot $P
  en: {P} has locked its account and works on its part. Until it votes it may still abort by itself.
  zh: {P} 锁住了账户，正在处理自己的部分。投票之前，它仍可自行中止。

step
  until any.state = preparing as P
  spot $P
  en: {P} writes a prepared record; the dashed cell is not on disk yet. Only then does its YES leave.
  zh: {P} 正在写准备记录，虚线格子表示尚未落盘。落盘之后，赞成票才会发出。
  ask
    en: Why must the record be on disk before the YES?
    zh: 为什么记录必须先于赞成票落盘？
    right
      en: Because {P} may crash, and must then still be able to commit
      zh: 因为 {P} 可能崩溃，而崩溃之后仍须能够提交
      why
        en: A YES is a promise. Without the record {P} would come back, know nothing of it, and the others might have
          committed.
        zh: 赞成票是承诺。若没有这条记录，{P} 恢复后对此一无所知，而其他节点可能已经提交。
    wrong
      en: So that the coordinator can read it
      zh: 好让协调者读取它
      why
        en: The coordinator never looks at another node's disk; it knows only messages.
        zh: 协调者从不查看其他节点的磁盘，它只知道收到的消息。
    wrong
      en: To make the change visible at once
      zh: 好让修改立即可见
      why
        en: Nothing is changed yet. The record says what to change if COMMIT comes.
        zh: 此时还没有任何修改，记录只写明收到 COMMIT 之后要改什么。

step
  until count state = prepared >= 4
  en: All four have voted YES. Each is uncertain now, which the dashed edge shows: it can neither commit nor abort
    alone, and keeps its lock.
  zh: 四个参与者都投了赞成票，此刻都处于存疑状态（虚线边）：既不能擅自提交，也不能擅自中止，并且一直持锁。

step
  until n1.state = deciding
  spot n1
  en: All votes are in. n1 writes its commit record. The moment this record is on disk is the decision.
  zh: 票已收齐，n1 正在写提交记录。这条记录落盘的那一刻，就是做出决定的时刻。

step
  until note "decided COMMIT" at n1
  claim n1.log.0.durable = true
  spot n1
  en: It is decided, and COMMIT leaves. The client is told at the same time.
  zh: 决定已经做出，COMMIT 发出，同时也通知客户端。

step
  until count state = committed >= 4
  claim n2.balances.1 = 70
  claim n5.balances.1 = 110
  en: Each participant made its change, forced a record, freed its lock and sends ACK.
  zh: 每个参与者都执行了修改，把记录强制落盘，释放锁，然后发送 ACK。

step
  until note "ended" at n1
  claim not broken money-conserved
  en: With all ACKs in, n1 may forget the transaction. It took 3 messages and an ACK, and 2 forced writes, for each
    participant, and one forced write of n1.
  zh: 收齐 ACK 之后，n1 可以忘记这个事务。每个参与者花费 3 条消息、1 个 ACK 和 2 次强制写盘，n1 另有 1 次强制写盘。
