story stale-read
title
  en: The stale read
  zh: 过期的读取
run raft:local-read;r1;s1;servers=3;clients=0;election_timeout_us=8000000-9000000;latency_us=10000-12000;disk_us=0-0;@10000fire.n1.0;@60000cut.n1;@70000fire.n2.0;@120000do.n2.write.x.1;@200000do.n1.read.x

step
  until n1.role = leader
  until time >= 61ms
  spot n1
  en: n1 leads term 1 and is cut off. It does not know that.
  zh: n1 是任期 1 的领导者，随后被隔离，但它自己不知道。

step
  until n2.commit = 1
  spot n2 n3
  en: n2 has been elected by n2 and n3, and has committed x=1. Who asked for the write has its answer.
  zh: n2 由 n2、n3 选出，并已提交 x=1。写入者已得到应答。
  ask
    en: Somebody reads x at n1 now, which still believes that it leads. What may it answer?
    zh: 此时有人向 n1 读取 x，而 n1 仍以为自己是领导者。它可以怎样应答？
    right
      en: Nothing, before it has heard from a majority
      zh: 在得到多数派确认之前，什么也不能答
      why
        en: Only a majority can tell that nobody else was elected. n1 would ask, hear nothing, and stay silent.
        zh: 只有多数派能证明没有选出别人。n1 去确认却听不到回音，就该保持沉默。
    wrong
      en: What its state says: it leads
      zh: 按自己的状态答：它是领导者
      why
        en: It led. A value older than one that is already written is no answer of a linearizable store.
        zh: 它曾经是。已写入新值之后再返回旧值，就不是线性一致的存储了。

step
  until broken linearizable
  spot n1
  en: In this variant n1 answers at once that there is no x. The read began after the write had ended. “ReadIndex” and
    “lease reads” are two ways to read without the log and still rightly.
  zh: 在这个变体里，n1 立刻回答没有 x，而这次读取始于写入完成之后。“ReadIndex 读”和“租约读”是两种不进日志又正确的读法。
