story the-blocked-participants
title
  en: The coordinator dies after the votes
  zh: 投票之后协调者宕机
run commit:2pc;r1;s3;clients=1;transfers=0

step
  until time >= 30ms
  do do.c1.transfer.10.n2.n3.n4.n5
  until count state = prepared >= 4
  en: All four participants have voted YES. Each holds a lock and waits for n1's word.
  zh: 四个参与者都投了赞成票，各自持有一把锁，等待 n1 的决定。

step
  until n1.state = deciding
  do crash.n1
  spot n1
  en: n1 had all the votes and was just writing its commit record. Now it is dead, and the record is lost.
  zh: n1 已收齐投票，正在写提交记录，就在此时崩溃，记录丢失。
  ask
    en: What may n4 do when its timer runs out?
    zh: n4 的定时器到期后，可以做什么？
    wrong
      en: Abort: nobody told it to commit
      zh: 中止：没有人让它提交
      why
        en: Had the record reached the disk, n1 might have told the others COMMIT. Then n4 alone would have aborted,
          which is what the impatient variant does.
        zh: 假如记录已经落盘，n1 可能已让其他节点提交，那样就只有 n4 中止了。“不耐烦的参与者”正是这样做的。
    wrong
      en: Commit: everyone voted YES
      zh: 提交：大家都投了赞成票
      why
        en: n4 knows only its own vote. Another may have said NO, or nothing in time.
        zh: n4 只知道自己的票。别的参与者可能投了反对票，也可能没有及时投票。
    right
      en: Ask, wait, and keep its lock
      zh: 询问并继续等待，不放开锁
      why
        en: After its YES it is uncertain: COMMIT and ABORT are both possible, and only the coordinator knows.
        zh: 投出赞成票之后它处于存疑状态：提交和中止都有可能，只有协调者知道结果。

step
  until count state = blocked >= 4
  claim seen blocked
  en: All four timers ran out. All four are blocked: they ask, and nobody answers.
  zh: 四个定时器都已到期，四个参与者全部阻塞：它们发出询问，却无人答复。

step
  until seen long-locks
  until time >= 700ms
  claim n2.locks.len = 1
  claim n4.state = blocked
  en: The locks stay. Whoever wants these accounts waits too, or is refused. Two-phase commit is safe, and not always
    alive.
  zh: 锁一直不放。其他想用这些账户的事务也只能等待或被拒绝。两阶段提交保证安全，却不保证总能推进。
  ask
    en: n1 comes back with an empty log. What does it answer?
    zh: n1 带着空日志恢复运行，它会如何答复？
    right
      en: ABORT, since it has no record
      zh: ABORT，因为它没有记录
      why
        en: The commit record is the decision. It was never on disk, so COMMIT was never said, and all may abort.
        zh: 提交记录就是决定。它从未落盘，COMMIT 也就从未发出，所有节点都可以中止。
    wrong
      en: COMMIT, since all had voted YES
      zh: COMMIT，因为大家都投过赞成票
      why
        en: It remembers no votes: they were in its memory alone.
        zh: 它不记得任何投票，那些只存在于内存之中。

step
  do restart.n1
  until note "presumed abort" at n1
  spot n1
  en: An inquiry reaches n1. No record: presumed abort.
  zh: 询问到达 n1。没有记录，推定中止。

step
  until count state = aborted >= 4
  claim not any.locks.len >= 1
  claim not broken ac1
  en: All have aborted, alike, and the locks are free. Only the coordinator's return could end it.
  zh: 所有参与者一致中止，锁也都释放了。只有协调者恢复，才能结束这一切。
