story too-early
title
  en: Changed too early
  zh: 变更得太早
run raft:eager-membership;r1;s1;servers=4;clients=0;election_timeout_us=200000-9000000;latency_us=10000-10000;disk_us=0-0;@10000fire.n1.0;@60000do.n1.write.x.1;@90000join.n5;@119000cut.n1_n5.n2_n3_n4;@120000do.n1.add.n5;@400000fire.n2.0;@450000cut.n4;@460000do.n2.remove.n1;@500000heal;@501000cut.n2_n3.n1_n4_n5;@800000fire.n1.0;@900000do.n1.write.x.9;@1000000heal

step
  until n5.members.len = 5
  spot n1 n5
  en: n1 leads four servers and adds n5. Then it is cut off with n5; nobody else hears of the five.
  zh: n1 领导四台服务器，正在加入 n5，随后与 n5 一起被隔离：没有别人知道“五台”的配置。

step
  until n2.role = leader
  until n2.members.len = 3
  spot n2
  en: n2 is elected by three of the four and removes n1 at once. It has committed nothing of its own term yet.
  zh: n2 由四台中的三台选出，立刻移除 n1。此时它还没有提交过自己任期的任何条目。
  ask
    en: Each change is by one server. Why is it dangerous?
    zh: 每次只变更一台，为什么还危险？
    right
      en: They are two changes of the same four, and differ by two servers
      zh: 两次变更都从同样的四台出发，彼此相差两台
      why
        en: Two of three (n2, n3) and three of five (n1, n4, n5) have nobody in common.
        zh: 三台中的两台（n2、n3）与五台中的三台（n1、n4、n5）没有交集。
    wrong
      en: n1 did not agree
      zh: n1 没有同意
      why
        en: No server need agree to its removal.
        zh: 移除一台服务器不需要它本人同意。

step
  until n2.commit >= 2
  spot n2 n3
  en: n2 and n3 commit the removal, two of three.
  zh: n2 和 n3 提交了移除：三台中的两台。

step
  until n1.role = leader and n1.term >= 3
  spot n1 n4 n5
  claim broken leader-completeness
  en: n1 still goes by its five, and is elected by n4 and n5. It leads without the committed entry.
  zh: n1 仍按自己的五台行事，由 n4、n5 选为领导者，却没有已提交的条目。

step
  until broken state-machine-safety
  en: Found in 2015, after the dissertation. The cure is in “membership”: first commit an entry of your own term, then
    change the cluster. n4 would have had that entry, and refused n1.
  zh: 这个问题在 2015 年、博士论文发表之后才被发现。解法见“逐台变更成员”：先提交一条自己任期的条目，再变更成员。那样 n4 会拥有该条目，从而拒绝 n1。
