story silence
title
  en: Silence is no consent
  zh: 沉默不是同意
run commit:silence-is-consent;r1;s3;clients=1;transfers=0

step
  until time >= 30ms
  do do.n3.refuse
  do do.c1.transfer.10.n2.n3.n4.n5
  until note "voted NO" at n3
  do cut.n3.n1
  spot n3 n1
  en: n3 votes NO, and its NO is lost. This coordinator takes silence for a YES when its timer runs out. Watch n1.
  zh: n3 投了反对票，但反对票丢失了。这个协调者在定时器到期后把沉默当作赞成。留意 n1。
  ask
    en: What will n1 decide?
    zh: n1 会做出什么决定？
    right
      en: COMMIT, though n3 has aborted
      zh: 提交，尽管 n3 已经中止
      why
        en: It counts three YES and a silence. AC3 wants every YES.
        zh: 它数到三张赞成票和一次沉默。而 AC3 要求全票赞成。
    wrong
      en: ABORT, a vote is missing
      zh: 中止，因为缺一票
      why
        en: The right coordinator does that. This one does not.
        zh: 正确的协调者会这样做，而这个不会。
    wrong
      en: It waits for n3
      zh: 等待 n3
      why
        en: No coordinator waits for ever: that would hold all locks.
        zh: 协调者不会无限等待，否则所有锁都不会释放。

step
  until broken ac3
  spot n1
  en: COMMIT without n3's YES. Whoever must hear everyone may take silence only for a NO, as the variant "2PC" does.
  zh: 没有 n3 的赞成票就提交了。需要全体同意时，沉默只能当作反对，“两阶段提交”变体正是如此。

step
  until time >= 1500ms
  until broken money-conserved
  en: n3 never made its part, and the balances do not add up any more.
  zh: n3 没有做它那一份修改，余额总和不再守恒。
