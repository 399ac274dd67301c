story one-no
title
  en: One NO
  zh: 一张反对票
run commit:2pc;r1;s5;clients=1;transfers=0

step
  until time >= 30ms
  do do.n3.refuse
  do do.c1.transfer.10.n2.n3.n4.n5
  spot n3
  en: n3 will vote NO next time, for whatever reason. Then a client asks for a transfer in which all four take part.
  zh: n3 下次会投反对票，原因并不重要。随后客户端发起一笔四个参与者都要参加的转账。

step
  until note "voted NO" at n3
  spot n3
  en: n3 has aborted, on disk, and says NO. It may: it promised nothing before.
  zh: n3 已经中止并落盘，然后投出反对票。它有权这样做，因为此前没有做过任何承诺。
  ask
    en: The three others vote YES. What can still happen to the transaction?
    zh: 其余三个参与者都投赞成票。这个事务还可能怎样？
    right
      en: It can only abort
      zh: 只能中止
      why
        en: COMMIT needs every YES (AC3). n1 does not even have to wait for the other votes.
        zh: 提交需要全票赞成（AC3）。n1 甚至不必等其他票到齐。
    wrong
      en: It commits, three against one
      zh: 三比一，可以提交
      why
        en: This is no majority vote: n3 cannot make its part of the change, so nobody may make theirs.
        zh: 这不是多数表决：n3 无法完成自己那一份修改，所以谁都不能修改。
    wrong
      en: The three commit, n3 makes up for it later
      zh: 三个先提交，n3 以后补上
      why
        en: Money would be gone until then, and perhaps for ever. That is the way of sagas, with compensations.
        zh: 那样资金在此期间对不上，甚至永远对不上。先做后补是 Saga 的思路，需要补偿事务。

step
  until note "decided ABORT" at n1
  claim n1.log.len = 0
  spot n1
  en: The NO has arrived. n1 decides ABORT, writes nothing, and tells the others. No record means ABORT: this is
    presumed abort.
  zh: 反对票到达，n1 决定中止，不写任何记录，并通知其余参与者。没有记录就意味着中止，这就是推定中止。

step
  until count state = aborted >= 5
  claim not any.locks.len >= 1
  claim n2.balances.1 = 100
  en: All have aborted and freed their locks. Nobody acknowledges an ABORT: whoever misses it will ask, and be told so
    for lack of a record.
  zh: 所有节点都已中止并释放锁。ABORT 不需要确认：没收到的参与者会来询问，而协调者没有记录，便答复中止。
