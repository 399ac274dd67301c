story two-votes
title
  en: The forgotten vote
  zh: 忘掉的选票
run raft:forget-vote;r1;s1;servers=3;clients=0;election_timeout_us=8000000-9000000;latency_us=10000-12000;disk_us=0-0;@10000fire.n1.0;@11000cut.n2;@60000crash.n3;@70000restart.n3;@100000heal;@101000cut.n1;@110000fire.n2.0;@160000do.n1.write.x.1;@161000do.n2.write.x.2;@200000heal

step
  until n1.role = leader
  spot n1 n3
  en: n3 has voted for n1, which leads term 1. In this variant the vote is in memory only.
  zh: n3 投票给 n1，n1 成为任期 1 的领导者。在这个变体里，选票只在内存中。

step
  until event restart at n3
  spot n3
  en: n3 crashes and restarts. It knows that it is in term 1, and no longer that it has voted there.
  zh: n3 崩溃后重启。它知道自己在任期 1，却不记得已经投过票。
  ask
    en: n2 stands in term 1 as well. What can it reach?
    zh: n2 也在任期 1 参选，它能走到哪一步？
    right
      en: It becomes a second leader of term 1
      zh: 成为任期 1 的第二个领导者
      why
        en: n3's second vote and its own are two of three.
        zh: n3 的第二票加上自己的一票，正好三台中的两台。
    wrong
      en: It stays a candidate
      zh: 一直是候选人
      why
        en: It would, had n3 written its vote to disk before it answered.
        zh: 若 n3 在答复之前把选票写入磁盘，才会如此。

step
  until n2.role = leader
  spot n1 n2
  claim broken election-safety
  claim broken one-vote-a-term
  en: Two leaders in one term.
  zh: 同一任期有了两个领导者。

step
  until broken log-matching
  en: Both take a write at index 1 of term 1, and the logs part for good. “basic” writes term and vote to disk before
    it answers.
  zh: 两者在任期 1 的索引 1 处写入不同内容，日志从此分道扬镳。“基础版”先把任期与选票写盘，再答复。
