story behind-wins
title
  en: The one who knows least wins
  zh: 日志最旧者当选
run raft:no-log-check;r1;s1;servers=3;clients=0;election_timeout_us=8000000-9000000;latency_us=10000-12000;disk_us=0-0;@10000fire.n1.0;@60000cut.n3;@70000do.n1.write.x.1;@150000heal;@151000cut.n1;@160000fire.n3.0;@220000do.n3.write.x.2;@300000heal

step
  until n1.commit = 1
  spot n1 n2
  en: n1 leads, and x=1 is committed on n1 and n2. n3 is cut off and lacks it.
  zh: n1 是领导者，x=1 已在 n1、n2 上提交。n3 被隔离，没有这一条。

step
  until n3.role = candidate
  spot n3
  en: Now n1 is cut off instead, and n3 asks n2 for its vote.
  zh: 现在换成 n1 被隔离，n3 向 n2 拉票。
  ask
    en: What must n2 do?
    zh: n2 应该怎么做？
    right
      en: Refuse: its own log is newer
      zh: 拒绝：自己的日志更新
      why
        en: A majority holds every committed entry, so one voter of any majority knows it and can keep others out.
        zh: 每个已提交条目都在某个多数派上，任何多数派里总有一台知道它，从而挡住不知道的人。
    wrong
      en: Vote: a cluster needs a leader
      zh: 投票：集群需要领导者
      why
        en: n2 can stand itself; it has the entry.
        zh: n2 自己就可以参选，它拥有该条目。

step
  until n3.role = leader
  spot n3
  claim broken leader-completeness
  en: In this variant n2 does not look and votes. n3 leads without the committed entry.
  zh: 在这个变体里，n2 不比较就投票。n3 当选，却没有已提交的条目。

step
  until broken state-machine-safety
  en: n3 puts x=2 at index 1 and overwrites what a client was told is written. “basic” compares the last entries, term
    first, then index.
  zh: n3 在索引 1 写入 x=2，覆盖了已答复客户端的写入。“基础版”会比较最后条目：先比任期，再比索引。
