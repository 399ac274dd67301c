story the-same-cut-2pc
title
  en: 2PC under the same cut
  zh: 同样的分区，换成 2PC
run commit:2pc;r1;s3;clients=1;transfers=0

step
  until time >= 30ms
  do do.c1.transfer.10.n2.n3.n4.n5
  until note "decided COMMIT" at n1
  do cut.n1_n2_n3.n4_n5
  spot n1 n4
  en: Two-phase commit, and the same cut as n1 speaks. n2 and n3 will hear COMMIT, n4 and n5 will not. Watch their locks.
  zh: 两阶段提交，在 n1 开口时发生同样的分区。n2、n3 会收到 COMMIT，n4、n5 收不到。留意它们的锁。
  ask
    en: What do n4 and n5 do?
    zh: n4 和 n5 会怎么做？
    right
      en: They are blocked, with their locks held
      zh: 阻塞，继续持锁
      why
        en: They voted YES, and must not decide alone.
        zh: 它们投过赞成票，不得擅自决定。
    wrong
      en: They abort, like in 3PC
      zh: 像 3PC 那样中止
      why
        en: In 2PC a timeout after YES allows only a question.
        zh: 在 2PC 中，投了赞成票之后即使超时也只能询问。
    wrong
      en: They commit when both have voted YES
      zh: 两者都投过赞成票，所以提交
      why
        en: They do not know the votes of n2 and n3.
        zh: 它们不知道 n2 和 n3 的票。

step
  until count state = blocked >= 2
  until time >= 1500ms
  claim not broken ac1
  en: They wait, and nobody is wrong.
  zh: 它们在等待，而没有谁出错。

step
  do heal
  until count state = committed >= 4
  claim not broken ac1
  claim not any.locks.len >= 1
  en: The cut heals, COMMIT is repeated, and all end alike. 2PC gave up progress and kept agreement; 3PC under the same
    cut did the opposite.
  zh: 网络恢复，COMMIT 重发，最终人人一致。2PC 牺牲了进展，保住了一致；同样的分区下，3PC 恰好相反。
