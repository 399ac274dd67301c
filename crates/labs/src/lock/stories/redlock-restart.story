story redlock-restart
title
  en: Redlock and a restart without fsync
  zh: Redlock 遇上未落盘的重启
run lock:redlock;r1;s1;clients=2;increments=0;ttl_us=1000000;work_us=300000;latency_us=2000-2000;fsync=everysec

step
  until time >= 20ms
  do cut.c1.n5_n6
  do do.c1.increment
  until c1.holds = true
  spot n2 n3 n4
  en: c1 has the lock with n2, n3 and n4. They write to their disks within a second, not before they answer.
  zh: c1 凭 n2、n3、n4 得到锁。它们在一秒之内写盘，而不是先写盘再答复。

step
  do crash.n4
  do restart.n4
  claim n4.holder = null
  spot n4
  en: n4 crashes and is back at once, without its last writes. It knows nothing of c1.
  zh: n4 崩溃后立刻恢复，但丢了最近的写入，对 c1 一无所知。
  ask
    en: What should n4 have done to be safe?
    zh: n4 怎样做才安全？
    right
      en: Stay away for a whole lease, or write before each answer
      zh: 离开一整个租约期，或每次答复前先写盘
      why
        en: After a lease all that it may have promised is over. So says the Redis documentation.
        zh: 一个租约期之后，它可能做过的承诺都已失效。Redis 文档正是这样说的。
    wrong
      en: Ask the other masters
      zh: 询问其他主节点
      why
        en: They know nothing of each other: that is what makes them independent.
        zh: 它们互不相识，这正是“独立”的含义。

step
  do cut.c2.n2_n3
  do do.c2.increment
  until c2.holds = true
  claim c1.holds = true
  claim broken service-exclusive
  spot c1 c2 n4
  en: n4 gives its vote once more: two majorities. With ‘before each answer’ in the settings n4 would have remembered.
  zh: n4 又投了一票：两个多数派。若设置为“每次应答之前”写盘，n4 就会记得。
