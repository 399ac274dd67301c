story the-same-cut-3pc
title
  en: 3PC under a cut
  zh: 3PC 遇上分区
run commit:3pc;r1;s3;clients=1;transfers=0

step
  until time >= 30ms
  do do.c1.transfer.10.n2.n3.n4.n5
  until count state = prepared >= 4
  en: Four YES are on their way to n1. Its assumptions say that no partition may come. Now one comes: watch both sides.
  zh: 四张赞成票正发往 n1。3PC 的前提是网络不分区，而现在偏偏要分区：请留意两侧。

step
  until note "pre-committed" at n1
  do cut.n1_n2_n3.n4_n5
  spot n1 n4
  en: n1 has just said PreCommit. The cut lets it through to n2 and n3, and stops it before n4 and n5.
  zh: n1 刚发出 PreCommit。分区让 n2、n3 收到了它，而 n4、n5 没有收到。
  ask
    en: What will the two sides do?
    zh: 两侧各会怎么做？
    right
      en: n1's side commits, the other aborts
      zh: n1 一侧提交，另一侧中止
      why
        en: Each side takes the other for dead. One has heard of PreCommit, the other has not.
        zh: 双方都以为对方已宕机。一侧听到过 PreCommit，另一侧没有。
    wrong
      en: Both wait until the cut heals
      zh: 双方都等到网络恢复
      why
        en: That would be 2PC: blocked, and right.
        zh: 那是 2PC 的做法：阻塞，但是正确。
    wrong
      en: Both abort
      zh: 双方都中止
      why
        en: n2 and n3 are pre-committed: for them the way leads on to COMMIT.
        zh: n2 和 n3 已处于预提交，对它们来说只能走向提交。

step
  until broken ac1
  en: It is broken: one side has committed, the other has aborted. Silence is no proof of death.
  zh: 一致性被破坏了：一侧已提交，另一侧已中止。沉默并不能证明宕机。

step
  until time >= 1500ms
  do heal
  until time >= 3s
  claim broken money-conserved
  en: Nothing mends it afterwards, and money is gone. Where networks can be cut, block like 2PC, or let a majority decide
    like Paxos Commit.
  zh: 事后也无法弥补，钱已经对不上了。如果网络可能分区，要么像 2PC 那样阻塞，要么像 Paxos 提交那样由多数派决定。
