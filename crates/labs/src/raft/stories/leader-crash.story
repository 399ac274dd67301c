story leader-crash
title
  en: The leader crashes
  zh: 领导者崩溃
run raft:basic;r1;s11;servers=5;clients=1

step
  until any.role = leader as L
  spot $L
  en: {L} leads term 1.
  zh: {L} 是任期 1 的领导者。

step
  until note "committed"
  do crash.$L
  spot $L
  en: Right after its first commit we crash {L}. The others do not know yet; they only stop hearing from it.
  zh: 在第一次提交之后，我们让 {L} 崩溃。其他服务器还不知道，只是再也听不到它的消息。
  ask
    en: Is the committed entry safe?
    zh: 已提交的条目安全吗？
    right
      en: Yes: whoever wins must have it
      zh: 安全：能当选的一定拥有它
      why
        en: A winner needs a majority of votes, and one of those voters has the entry and refuses a log that lacks it.
        zh: 当选需要多数派的选票，其中至少一台拥有该条目，它会拒绝日志落后的候选人。
    wrong
      en: No: only {L} knew that it was committed
      zh: 不安全：只有 {L} 知道它已提交
      why
        en: Nobody needs to know. It is on the disks of a majority, and that is enough.
        zh: 不需要有人知道。它在多数派的磁盘上，这就够了。

step
  until any.term >= 2
  until any.role = leader as M
  spot $M
  en: {M} timed out first, won, and leads a new term with the old entry in its log.
  zh: {M} 最先超时并当选，在新任期担任领导者，日志中保留着旧条目。

step
  do restart.$L
  until time >= 3s
  spot $L
  en: {L} restarts, hears of the newer term and follows. Its log is repaired by what it missed.
  zh: {L} 重启后得知更新的任期，转为跟随者，并补上缺失的日志。
