story between-the-votes
title
  en: The coordinator dies between the votes
  zh: 投票途中协调者宕机
run commit:2pc-cooperative;r1;s4;clients=1;transfers=0;prepare_work_us=30000

step
  until time >= 30ms
  do do.c1.transfer.10.n2.n3.n4.n5
  until any.state = prepared as P
  do crash.n1
  spot n1 $P
  en: This variant lets participants ask each other. {P} is prepared, others still work, and n1 dies. Watch what
    {P} may still learn.
  zh: 在这个变体里，参与者可以互相询问。{P} 已准备好，其他参与者还在处理，n1 就崩溃了。留意 {P} 还能得知什么。

step
  until count state = prepared >= 4
  en: Soon all four have voted YES. Each is uncertain, and so is everyone whom it could ask.
  zh: 不久四个参与者都投了赞成票，全都处于存疑状态，问谁都一样。
  ask
    en: They ask each other. What comes of it?
    zh: 它们互相询问，会有什么结果？
    right
      en: Nothing: all are uncertain, and they stay blocked
      zh: 没有结果：全都存疑，仍然阻塞
      why
        en: Nobody knows what n1 decided. Cooperation helps only where somebody has decided or has not voted.
        zh: 没有人知道 n1 的决定。只有当某个参与者已做出决定或尚未投票时，协作才有用。
    wrong
      en: They see that all voted YES, and commit
      zh: 它们发现全票赞成，于是提交
      why
        en: n1 may have counted the votes as late, and decided ABORT before it died.
        zh: n1 可能因投票超时，在崩溃之前已经决定中止。
    wrong
      en: They agree to abort
      zh: 它们商定中止
      why
        en: n1 may have decided COMMIT, and told the client.
        zh: n1 可能已经决定提交，并通知了客户端。

step
  until count state = blocked >= 4
  claim seen blocked
  claim n2.locks_blocked = 1
  en: All have said that they are uncertain: blocked, locks held.
  zh: 每个都答复说自己存疑：全部阻塞，锁也不放。

step
  do restart.n1
  until count state = aborted >= 4
  claim not broken ac1
  en: Only the coordinator ends it. The next story shows where cooperation does help.
  zh: 最终还是要靠协调者。下一个故事会展示协作在什么情况下有用。
