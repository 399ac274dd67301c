story before-the-votes
title
  en: The coordinator dies before the votes
  zh: 投票之前协调者宕机
run commit:2pc;r1;s3;clients=1;transfers=0

step
  until time >= 30ms
  do do.c1.transfer.10.n2.n3.n4.n5
  until any.state = working as P
  do crash.n1
  spot n1 $P
  en: PREPARE has reached {P}, nobody has voted yet, and n1 dies. Watch the states of the participants.
  zh: PREPARE 已到达 {P}，还没有人投票，n1 就崩溃了。留意各参与者的状态。
  ask
    en: Which participants may now abort by themselves?
    zh: 此时哪些参与者可以自行中止？
    right
      en: Those that have not voted YES
      zh: 还没有投赞成票的
      why
        en: They have promised nothing. In this lab they do their work and vote all the same, and are uncertain then.
        zh: 它们没有做过任何承诺。但在本实验中它们照常完成工作并投票，此后便处于存疑状态。
    wrong
      en: None, the coordinator alone decides
      zh: 一个都不行，只有协调者能决定
      why
        en: Before its vote every participant may abort alone. It then says NO.
        zh: 投票之前，每个参与者都可以单方面中止，也就是投反对票。
    wrong
      en: All of them, for n1 is dead
      zh: 全都可以，因为 n1 已经宕机
      why
        en: One that has voted YES cannot know what n1 has told the others.
        zh: 投过赞成票的参与者无从知道 n1 对别人说过什么。

step
  until count state = blocked >= 4
  claim seen blocked
  en: All voted YES, into the void. Their timers ran out, and each keeps its lock.
  zh: 所有参与者都投了赞成票，却无人接收。定时器到期后，它们仍各自持锁。

step
  do restart.n1
  until count state = aborted >= 4
  claim not any.locks.len >= 1
  claim not broken ac1
  spot n1
  en: n1 is back, knows nothing of the transaction, and says so with ABORT. It had decided nothing, so nothing is lost.
  zh: n1 恢复后对该事务一无所知，便答复 ABORT。它此前没有做过任何决定，所以没有损失什么。
