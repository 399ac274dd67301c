story anyone-releases
title
  en: Anyone can release a plain znode
  zh: 普通 znode，谁都能释放
run lock:znode-persistent;r1;s1;clients=3;increments=0;work_us=500000

step
  until time >= 800ms
  do do.c1.increment
  until c1.phase = working
  do do.c2.increment
  spot c1
  en: c1 has made /lock/holder and holds the lock. c2 tries to make it too, in vain, again and again: there is no line.
  zh: c1 建了 /lock/holder，持有锁。c2 也想建，一次次失败：这里没有排队。

step
  do do.c3.release
  until reply ok at c3
  until c2.holds = true
  claim c1.holds = true
  claim broken service-exclusive
  spot c1 c2 c3
  en: c3 deletes the znode, which is not its own, and c2 gets the lock. c1 knows nothing of it.
  zh: c3 删掉了不属于自己的 znode，c2 得到锁，c1 对此一无所知。
  ask
    en: What will the counter be when c1 and c2 are done?
    zh: c1 和 c2 都完成后，计数器是多少？
    right
      en: It is 1
      zh: 是 1
      why
        en: Both have read 0. The resource has no token to tell them apart.
        zh: 两个都读到 0，资源没有令牌可用来区分。
    wrong
      en: It is 2
      zh: 是 2
      why
        en: c1 writes 1 over 0, and c2 writes 1 over that.
        zh: c1 把 0 写成 1，c2 又写成 1。

step
  until broken no-lost-increment
  claim n1.counter = 1
  claim n1.acknowledged = 2
  en: One increment is lost. And had c1 crashed, the lock would be held for ever: the znode is not ephemeral. See
    ‘Ephemeral sequential znodes’.
  zh: 丢了一次加一。如果 c1 崩溃，锁还会永远占着，因为这个 znode 不是临时的。请看“临时顺序 znode”。
