story figure-8
title
  en: Figure 8, a majority is not enough
  zh: 图 8：有多数派还不够
run raft:commit-by-counting;r1;s8;clients=0;election_timeout_us=8000000-9000000;latency_us=10000-12000;disk_us=0-0;@10000fire.n1.0;@60000cut.n1_n2.n3_n4_n5;@70000do.n1.write.x.1;@100000crash.n1;@110000heal;@120000fire.n5.0;@143900cut.n5;@144000do.n5.write.x.2;@150000crash.n5;@200000heal;@210000restart.n1;@212000fire.n1.0;@213000cut.n4_n5;@220000fire.n1.0;@400000crash.n1;@410000heal;@420000restart.n5;@430000fire.n5.0;@480000fire.n5.0;@700000restart.n1

step
  until n2.log.len = 1
  spot n1 n2
  en: (a) n1 leads term 1. Its entry x=1 has reached n2 only when it crashes.
  zh: (a) n1 是任期 1 的领导者。它崩溃之前，条目 x=1 只到了 n2。

step
  until n5.log.len = 1
  spot n5
  en: (b) n5 wins term 2 with the votes of n3 and n4, takes x=2 at the same index, and crashes too.
  zh: (b) n5 凭 n3、n4 的选票赢得任期 2，在同一索引处写下 x=2，随即也崩溃。

step
  until n3.log.len = 1
  spot n1 n2 n3
  en: (c) n1 is back and leads term 3. It goes on with its old entry, and now x=1 stands on n1, n2 and n3, three of
    five.
  zh: (c) n1 恢复，成为任期 3 的领导者，继续复制旧条目。现在 x=1 已在 n1、n2、n3 上：五台中的三台。
  ask
    en: Is x=1 safe now?
    zh: x=1 现在安全了吗？
    right
      en: No, n5 can still win and overwrite it
      zh: 不安全，n5 仍可能当选并覆盖它
      why
        en: The entry is of term 1, and n5's last entry is of term 2. Who compares logs must vote for n5.
        zh: 这个条目属于任期 1，而 n5 的最后条目属于任期 2。按日志新旧比较，就得投票给 n5。
    wrong
      en: Yes, a majority holds it
      zh: 安全，多数派已持有
      why
        en: That counts for entries of the leader's own term alone (§5.4.2).
        zh: 这条规则只对领导者当前任期的条目成立（§5.4.2）。

step
  until n1.commit = 1
  until n5.role = leader
  spot n5
  claim broken leader-completeness
  en: (d) This variant counted and committed. n1 crashes, n5 wins by the rules, and leads without a committed entry.
  zh: (d) 这个变体数够副本就提交了。n1 崩溃后，n5 按规则当选，日志里却没有已提交的条目。

step
  until broken state-machine-safety
  en: x=2 takes the place of x=1 everywhere, and what was applied once is applied otherwise. In “basic” the leader
    commits old entries only along with one of its own term (e).
  zh: x=2 在各处取代了 x=1：已应用过的索引又应用了别的内容。“基础版”里，领导者只随自己任期的条目一并提交旧条目 (e)。
