story clock-jump
title
  en: The lease and the clock
  zh: 租约与时钟
run raft:lease;r1;s1;servers=3;clients=0;election_timeout_us=200000-9000000;latency_us=10000-10000;disk_us=0-0;@300000fire.n1.0;@450000do.n1.write.x.1;@560000do.n1.read.x

step
  until reply ok at n1
  until n1.lease_until_us >= 500000
  spot n1
  en: n1 leads and holds a lease. It lasts from the beginning of the last confirmed round of heartbeats, a little
    shorter than the shortest election timeout; so long nobody else can be elected.
  zh: n1 是领导者并持有租约。租约从最近一轮得到确认的心跳发出时算起，略短于最短选举超时；在此期间不可能选出别人。

step
  until time >= 550ms
  until reply ok at n1
  spot n1
  claim not broken linearizable
  en: A read is answered at once, without a message to anybody.
  zh: 读取立即得到应答，一条消息也不用发。
  ask
    en: What does this trust that Raft else does not?
    zh: 这里信任了什么，是 Raft 其他部分所不信任的？
    right
      en: Clocks
      zh: 时钟
      why
        en: Safety of elections and logs never depends on time. That of a lease does.
        zh: 选举与日志的安全性从不依赖时间，租约却依赖。
    wrong
      en: The network
      zh: 网络
      why
        en: A lost heartbeat only lets the lease run out.
        zh: 心跳丢了，租约不过是自然到期。

step
  do step.n1.-5000000
  do cut.n1
  spot n1
  en: We break that trust. n1's clock jumps back by five seconds, and n1 is cut off. Its lease now ends far in the
    future.
  zh: 我们打破这份信任：n1 的时钟回拨五秒，同时 n1 被隔离。它的租约变得遥遥无期。

step
  until time >= 900ms
  do fire.n2.0
  until n2.role = leader
  do do.n2.write.x.2
  until reply ok at n2
  spot n2
  en: Long after the real lease is over the others elect n2, and x=2 is committed.
  zh: 真正的租约早已到期，其余两台选出 n2，并提交了 x=2。

step
  do do.n1.read.x
  until broken linearizable
  spot n1
  en: n1 still believes in its lease and answers x=1. That is why the variant assumes a bound for clocks, and why
    monotonic clocks are used for leases. “ReadIndex” needs none.
  zh: n1 仍相信自己的租约，回答 x=1。所以这个变体假设时钟误差有界，所以租约应使用单调时钟。“ReadIndex 读”则不需要时钟。
