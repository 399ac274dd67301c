story paxos-commit
title
  en: Paxos Commit outlives its coordinator
  zh: Paxos 提交不怕协调者宕机
run commit:paxos-commit;r1;s3;clients=1;transfers=0;participants=3

step
  until time >= 30ms
  do do.c1.transfer.10.n2.n3.n4
  until message Phase2a as P
  spot $P n1 n5 n6
  en: n2 to n4 take part; n1, n5 and n6 are acceptors, and F = 1 of them may die. {P} sends its vote not to a
    coordinator but to two acceptors.
  zh: n2 到 n4 是参与者；n1、n5、n6 是接受者，允许其中 F = 1 个宕机。{P} 的票不是交给协调者，而是交给两个接受者。

step
  until note "accepted" at n5
  do crash.n1
  spot n1 n5
  en: n5 has all three votes on its disk. Now n1 dies, before it has told anybody.
  zh: n5 已把三张票全部落盘。此时 n1 崩溃，还没来得及通知任何人。
  ask
    en: Who can find out how it ends?
    zh: 谁能弄清结果？
    right
      en: Any other acceptor, with one more
      zh: 任何其他接受者，再加上一个即可
      why
        en: Two of three acceptors are a majority, and n5 holds every vote.
        zh: 三个接受者中的两个就是多数派，而 n5 保存着每一张票。
    wrong
      en: Only n1, as in 2PC
      zh: 只有 n1，和 2PC 一样
      why
        en: In 2PC the decision lies on one disk. Here it is what a majority of acceptors has accepted.
        zh: 在 2PC 中，决定只在一块磁盘上；而这里，决定就是多数派接受者所接受的内容。
    wrong
      en: Nobody, so all abort
      zh: 没有谁能，所以全部中止
      why
        en: n1 may have had both acceptances and told the client. Whoever leads must look first.
        zh: n1 可能已收到两份接受并通知了客户端。接替的领导者必须先查看。

step
  until note "took over" as L
  spot $L
  en: The participants' timers ran out. n1 does not answer, so they ask {L}, which begins a ballot above 0 in all three
    instances.
  zh: 参与者的定时器到期，n1 没有答复，于是它们询问 {L}。{L} 在三个实例中同时发起高于 0 的轮次。

step
  until count state = committed >= 3
  claim n1.status = down
  claim not any.locks.len >= 1
  claim not broken ac1
  en: It found Prepared for all, had it chosen, and told COMMIT. No lock waits for n1.
  zh: 它发现所有参与者都是 Prepared，使其被选定，并告知提交。没有锁在等待 n1。

step
  do restart.n1
  until n1.state = committed
  en: n1 is back and is told. It costs one message delay more than 2PC, and no more than F + 1 acceptors where nothing
    fails.
  zh: n1 恢复后也得知了结果。与 2PC 相比，它只多一次消息延迟；没有故障时只用到 F + 1 个接受者。
