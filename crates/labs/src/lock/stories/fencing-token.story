story fencing-token
title
  en: The fencing token stops the late write
  zh: 防护令牌拦下迟到的写入
run lock:ttl-fenced;r1;s1;clients=2;increments=0;ttl_us=10000000;work_us=1000000

step
  until time >= 20ms
  do do.c1.increment
  until c1.phase = working
  claim c1.token = 33
  do pause.c1
  do do.c2.increment
  spot c1
  en: The same pause as in ‘Two holders’, but c1's grant came with a number, 33. It went along with c1's read.
  zh: 与“两个持有者”相同的停顿，但 c1 得到授予时还附带一个号码 33，读请求里也带着它。

step
  until c2.holds = true
  claim c2.token = 34
  claim seen two-believe
  spot c2 n2
  en: The lease is over, and c2 has the lock with 34. Two believe to hold it: no lease can change that.
  zh: 租约到期，c2 以 34 号得到锁。两个客户端都自认持有，任何租约都改变不了这一点。

step
  until n1.highest_token = 34
  until reply ok at c2
  claim n1.counter = 1
  until time >= 15s
  spot n1
  en: The resource has seen 34 and remembers it on its disk. The counter is 1.
  zh: 资源见过 34，并把它记在磁盘上。计数器为 1。
  ask
    en: c1 wakes now and writes 1 with its 33. What does the resource do?
    zh: c1 现在醒来，带着 33 写入 1。资源会怎么做？
    right
      en: It refuses, for it has seen 34
      zh: 拒绝，因为它见过 34
      why
        en: 33 is lower than 34: whoever comes with it was overtaken.
        zh: 33 小于 34：带着它来的已经被别人超过了。
    wrong
      en: It asks the lock service whether c1 still holds the lock
      zh: 询问锁服务 c1 是否仍持有锁
      why
        en: It needs not to. And the answer could be out of date before it arrives.
        zh: 不需要。而且答复还没到，可能就已经过时。
    wrong
      en: It accepts, for 33 was a valid grant
      zh: 接受，因为 33 是有效的授予
      why
        en: It was. What counts is that a later one was served since.
        zh: 它曾经有效，但此后资源已为更晚的授予服务过。

step
  do resume.c1
  until note "fenced" at n1
  claim seen late-write-refused
  claim n1.counter = 1
  spot n1 c1
  en: Refused. No harm is done, though c1 believed to hold the lock.
  zh: 被拒绝。尽管 c1 自认持有锁，也没有造成任何损害。

step
  until reply ok at c1
  claim n1.counter = 2
  claim n1.highest_token = 35
  claim not broken no-lost-increment
  claim not broken no-stale-write
  en: c1 takes the lock again, with 35, reads 1 and writes 2. Two increments, none lost.
  zh: c1 重新取得锁，号码 35，读到 1，写入 2。两次加一，一次也没丢。
