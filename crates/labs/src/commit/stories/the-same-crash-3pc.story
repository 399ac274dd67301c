story the-same-crash-3pc
title
  en: 3PC under the same crash
  zh: 同样的崩溃，换成 3PC
run commit:3pc;r1;s3;clients=1;transfers=0

step
  until time >= 30ms
  do do.c1.transfer.10.n2.n3.n4.n5
  until note "pre-committed" at n1
  until any.state = precommitted as P
  do crash.n1
  spot n1 $P
  en: The same transfer under three-phase commit. n1 had all votes, told everyone PreCommit, and dies where 2PC would
    leave all blocked.
  zh: 同一笔转账，改用三阶段提交。n1 收齐投票，向大家发出 PreCommit，随后崩溃；换成 2PC，此时所有参与者都会阻塞。
  ask
    en: What will the participants do?
    zh: 参与者接下来会怎么做？
    right
      en: Elect a backup among themselves, and commit
      zh: 选出一个后备者，然后提交
      why
        en: Who is pre-committed knows that all voted YES. Nobody can have aborted, so the backup moves all on.
        zh: 处于预提交状态者知道全票赞成，不可能有人中止，后备者便带领大家继续。
    wrong
      en: Wait for n1 with their locks held
      zh: 持锁等待 n1
      why
        en: That is 2PC. The third phase is there so that they need not.
        zh: 那是 2PC。第三个阶段正是为了不必等待。
    wrong
      en: Abort, since n1 never said DoCommit
      zh: 中止，因为 n1 从未发出 DoCommit
      why
        en: n1 might have committed just before it died. From pre-committed the only way is on.
        zh: n1 可能在崩溃前已经提交。进入预提交之后只能继续前进。

step
  until note "became backup" as B
  spot $B
  en: Their timers ran out and they asked each other. {B} is the first of those that are up, and takes over.
  zh: 定时器到期后它们互相询问。{B} 是存活节点中的第一个，由它接替。

step
  until count state = committed >= 4
  claim not any.locks.len >= 1
  claim not broken nonblocking
  claim n1.status = down
  en: All have committed and freed their locks, and n1 is still dead. 3PC does not block, for the price of a round more.
    But look at the next story before you use it.
  zh: 所有参与者都已提交并释放锁，而 n1 仍未恢复。3PC 多花一轮通信，换来不阻塞。但在使用之前，请先看下一个故事。
