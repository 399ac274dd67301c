story redlock-clock
title
  en: Redlock and a clock that jumps
  zh: Redlock 遇上时钟跳变
run lock:redlock;r1;s1;clients=2;increments=0;ttl_us=1000000;work_us=300000;latency_us=2000-2000

step
  until time >= 20ms
  do cut.c1.n5_n6
  do do.c1.increment
  until c1.holds = true
  claim n4.holder = c1
  spot n2 n3 n4
  en: c1 has the lock with three masters of five: n2, n3 and n4. It cannot reach n5 and n6, and need not.
  zh: c1 凭五个主节点中的三个得到锁：n2、n3 和 n4。它联系不上 n5 和 n6，也不需要。

step
  do step.n4.2000000
  spot n4
  en: Somebody sets the clock of n4 two seconds ahead. Redis expires keys by the wall clock.
  zh: 有人把 n4 的时钟拨快两秒。Redis 按墙上时钟判断键是否过期。
  ask
    en: c2 can reach n4, n5 and n6. What happens when it asks?
    zh: c2 能联系上 n4、n5、n6。它来申请时会怎样？
    wrong
      en: n4 denies, so it has two of five
      zh: n4 拒绝，它只有五分之二
      why
        en: To n4 the key of c1 has expired a second ago.
        zh: 在 n4 看来，c1 的键一秒前就已过期。
    right
      en: It has n4, n5 and n6: a second majority
      zh: 得到 n4、n5、n6：第二个多数派
      why
        en: n4 votes twice within one lease. Two majorities of five share a node, and that node forgot.
        zh: n4 在同一租约期内投了两次票。五个节点的两个多数派必有一个公共节点，而这个节点忘了。

step
  do cut.c2.n2_n3
  do do.c2.increment
  until c2.holds = true
  claim c1.holds = true
  claim broken service-exclusive
  spot c1 c2 n4
  en: Two majorities, two holders, and no pause was needed. There is no token that the counter could check.
  zh: 两个多数派，两个持有者，甚至不需要停顿。计数器也没有令牌可查。

step
  until broken no-lost-increment
  claim n1.acknowledged = 2
  claim n1.counter = 1
  spot n1
  en: One increment is lost. A lock that must be right needs a service that does not rest on clocks, and a fencing token.
  zh: 丢了一次加一。必须正确的锁，需要不依赖时钟的服务，再加上防护令牌。
