story async-failover
title
  en: A failover forgets a lock
  zh: 故障转移忘掉了锁
run lock:ttl;r1;s1;clients=2;increments=0;replicas=1;ttl_us=3000000;work_us=1000000

step
  until time >= 20ms
  do cut.n2.n3
  do do.c1.increment
  until c1.phase = working
  claim n2.holder = c1
  claim n3.holder = null
  spot n2 n3
  en: n2 gave c1 the lock, and has it on its disk. Its replica n3 has not heard of it yet: copies are sent without waiting.
  zh: n2 把锁给了 c1，也已落盘。从节点 n3 还没有收到：复制是异步的，不等确认。

step
  do crash.n2
  do do.n3.promote
  until note "promoted" at n3
  spot n3
  en: n2 dies, and n3 is made the primary, by a person or by a watcher such as Sentinel.
  zh: n2 宕机，n3 被提升为主节点，可能是人工操作，也可能由 Sentinel 之类的监视者完成。
  ask
    en: c2 asks n3 for the lock while c1 works. What does n3 say?
    zh: c1 还在干活，c2 向 n3 申请锁。n3 会怎么说？
    right
      en: OK: its key does not exist
      zh: 同意：它那里没有这个键
      why
        en: A replica knows what it has copied. The lock of c1 was acknowledged and not copied.
        zh: 从节点只知道已复制的内容。c1 的锁已确认，却还没复制过来。
    wrong
      en: It waits for a lease, to be sure
      zh: 为稳妥起见，先等一个租约期
      why
        en: It would help; Redis does not do so.
        zh: 那样会有用，但 Redis 并不这样做。

step
  do do.c2.increment
  until c2.holds = true
  claim c1.holds = true
  claim broken service-exclusive
  spot c1 c2
  en: Two hold the lock. With fencing tokens it would be no better here: n3 would count on from where its copy stood and
    give the same number twice. What a lock service has promised must be on a majority: see the variants with znodes.
  zh: 两个客户端同时持有锁。这里即使有防护令牌也无济于事：n3 会从副本的位置接着计数，把同一个号码发两次。锁服务的承诺必须由多数派保存：请看
    znode 变体。
