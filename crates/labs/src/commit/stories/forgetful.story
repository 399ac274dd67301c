story forgetful
title
  en: The forgetful coordinator
  zh: 健忘的协调者
run commit:forgetful-coordinator;r1;s3;clients=1;transfers=0

step
  until time >= 30ms
  do do.c1.transfer.10.n2.n3.n4.n5
  until note "decided COMMIT" at n1
  spot n1
  en: This coordinator says COMMIT at once and lets its record reach the disk some time later. Watch the dashed cell.
  zh: 这个协调者立刻发出 COMMIT，记录则稍后才落盘。留意那个虚线格子。
  ask
    en: What if it crashes right now?
    zh: 如果它此刻崩溃，会怎样？
    right
      en: It will deny the COMMIT that it has told
      zh: 它会否认自己发出过的 COMMIT
      why
        en: No record means ABORT, to itself as to whoever asks: presumed abort rests on the forced record.
        zh: 没有记录就意味着中止，对它自己和询问者都一样。推定中止的前提就是强制落盘的提交记录。
    wrong
      en: Nothing, COMMIT is on its way
      zh: 没有影响，COMMIT 已经发出
      why
        en: It is on its way to some; whoever misses it will ask a coordinator without a memory.
        zh: 它正发往参与者，但没收到的参与者会去问一个没有记忆的协调者。
    wrong
      en: The participants will remind it
      zh: 参与者会提醒它
      why
        en: They ask, and take its word. Nobody tells it what it said before.
        zh: 它们只会询问并听从它的答复，没有谁会告诉它此前说过什么。

step
  do cut.n1.n5
  do crash.n1
  until count state = committed >= 3
  until n1.status = down
  spot n5
  en: n1 crashes, and n5 misses COMMIT. The others have committed.
  zh: n1 崩溃，n5 没有收到 COMMIT，其余参与者已提交。

step
  do heal
  do restart.n1
  until broken ac1
  claim broken ac2
  spot n1
  en: n1 is back without its record and takes the transaction for aborted: it contradicts itself, and n5 will be told so.
  zh: n1 恢复后没有这条记录，便认为事务已中止：它自相矛盾，n5 也会得到这个答复。

step
  until n5.state = aborted
  en: One transaction, committed at three and aborted at one. In the variant "2PC" the commit record is forced before the
    first COMMIT, and this run ends well.
  zh: 同一个事务，三处提交，一处中止。在“两阶段提交”变体中，提交记录先强制落盘再发出第一个 COMMIT，同样的过程便不会出错。
