story snapshot
title
  en: Catching up by snapshot
  zh: 用快照追赶
run raft:snapshot;r1;s3;servers=3;clients=1;snapshot_after=4

step
  until time >= 20ms
  do fire.n1.0
  until note "took snapshot"
  en: After four applied entries a server puts a snapshot in their place; the log begins behind it.
  zh: 每应用四个条目，服务器就用一份快照取代它们，日志从快照之后开始。

step
  do cut.n3
  until n1.snapshot_index >= 12
  spot n1 n3
  en: n3 is cut off. The others go on, and n1 no longer has the entries that n3 lacks.
  zh: n3 被隔离，其他服务器继续工作。n3 缺少的条目，n1 已不再保留。
  ask
    en: The cut heals. How does n3 get what it lacks?
    zh: 网络恢复后，n3 怎样补上缺失的内容？
    right
      en: It gets n1's snapshot, and the entries behind it
      zh: 接收 n1 的快照，再加上其后的条目
      why
        en: What a snapshot stands for is committed, so it may take the place of whatever n3 has up to there.
        zh: 快照涵盖的都已提交，可以取代 n3 在此之前的任何内容。
    wrong
      en: From n2, which may still have them
      zh: 向可能还保留着的 n2 索取
      why
        en: In Raft entries flow from the leader alone.
        zh: 在 Raft 中，条目只从领导者流出。

step
  do heal
  until arrives InstallSnapshot to n3
  spot n3
  until note "installed snapshot" at n3
  claim n3.snapshot_index >= 8
  en: InstallSnapshot brings keys, values and the clients' sessions in one message.
  zh: InstallSnapshot 把键值和客户端会话一次送达。

step
  until time >= 4s
  claim not broken state-machine-safety
  claim not broken linearizable
  en: From there on n3 follows as before.
  zh: 此后 n3 照常跟随。
