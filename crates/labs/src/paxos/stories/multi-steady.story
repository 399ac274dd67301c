story multi-steady
title
  en: One phase 1, then one round trip each
  zh: 阶段一只做一次，此后每条命令一个往返
run paxos:multi;r1;s1;clients=2;commands=0

step
  until note "began ballot" at n1
  spot n1
  en: n1 is the first proposer, so it leads. It asks for promises at once, before any client has asked for anything.
  zh: n1 是第一个提议者，因此由它领导。还没有客户端提出请求，它就先索要承诺。

step
  until n1.phase = leading
  spot n1
  en: A majority has promised, for all slots of the log. Watch how many messages a command costs from now on.
  zh: 多数派已承诺，对日志的所有槽位都有效。留意此后一条命令要花多少消息。

step
  do do.c1.write.x.7
  until message Accept from n1
  spot n1
  en: A client writes x. n1 gives it slot 1 and goes straight to phase 2.
  zh: 客户端写 x。n1 把槽位 1 给它，直接进入阶段二。
  ask
    en: Why is no Prepare needed?
    zh: 为什么不需要 Prepare？
    right
      en: The promise was for every slot
      zh: 承诺对每个槽位都有效
      why
        en: No acceptor will take anything of a lower ballot in any slot, and none has reported anything.
        zh: 任何槽位上，接受者都不再接受更低的投票，而且没有谁报告过任何内容。
    wrong
      en: n1 is alone, nobody could object
      zh: n1 是唯一的，不会有人反对
      why
        en: n2 may begin a ballot at any time. Then acceptors refuse n1.
        zh: n2 随时可能发起投票，那时接受者就会拒绝 n1。
    wrong
      en: Writes of different keys do not conflict
      zh: 不同的键不会冲突
      why
        en: The log knows no keys: every command takes the next slot.
        zh: 日志不管键，每条命令占用下一个槽位。

step
  until reply ok at c1
  claim n1.chosen_below = 2
  do do.c2.read.x
  until reply ok at c2
  until n6.chosen_below = 3
  claim not broken linearizable
  spot n6
  en: Written, and read by another client. The read took a slot too, so it sees every write that was answered before it.
  zh: 写入完成，另一个客户端也读到了。读同样占用一个槽位，因此能看到此前已应答的所有写入。
