story miscounted
title
  en: Two minorities are no majority
  zh: 两个少数派不是多数派
run paxos:counts-across-ballots;r1;s1;clients=0;latency_us=10000-10000;disk_us=0-0;phase_timeout_us=100000;backoff_us=10000-10000

step
  until time >= 1ms
  do do.n1.propose.1.7
  until time >= 25ms
  do cut.n4
  do cut.n5
  until time >= 40ms
  do heal
  until note "timed out" at n1
  spot n1 n3
  en: In ballot 1 only n3 heard Accept and took 7. n1 waits in vain and begins another ballot.
  zh: 第 1 轮中只有 n3 收到 Accept 并接受了 7。n1 等不到结果，发起新一轮投票。

step
  until time >= 153ms
  do cut.n3
  do cut.n5
  until n4.value = 7
  spot n1 n4
  en: In ballot 2 only n4 hears it. So n3 has accepted 7 in ballot 1, and n4 in ballot 2. Watch what n1 makes of it.
  zh: 第 2 轮中只有 n4 收到。于是 n3 在第 1 轮接受了 7，n4 在第 2 轮接受了 7。留意 n1 怎样理解。
  ask
    en: Is 7 chosen?
    zh: 7 被选定了吗？
    right
      en: No, no ballot has two acceptances
      zh: 没有，没有哪一轮得到两次接受
      why
        en: A third proposer could hear of neither as binding the whole: another value can still win.
        zh: 任何一轮都不足多数，别的值仍可能胜出。
    wrong
      en: Yes, two of three acceptors hold it
      zh: 选定了，三个接受者中有两个持有它
      why
        en: So this variant counts. But acceptances of different ballots do not add up.
        zh: 这个变体正是这样数的，但不同轮的接受不能相加。
    wrong
      en: It depends on n5
      zh: 取决于 n5
      why
        en: n5 has accepted nothing. Whether a value is chosen is no matter of the absent.
        zh: n5 什么都没接受。值是否选定与缺席者无关。

step
  until broken learned-is-chosen
  spot n1
  en: n1 takes 7 for chosen, and tells so. A value is chosen by a majority in one ballot, as the variant “Single-decree
    Paxos” counts.
  zh: n1 以为 7 已选定，并告知他人。值必须在同一轮中得到多数派接受才算选定，“单值 Paxos”变体正是这样计数的。
