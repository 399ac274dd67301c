story setex-first
title
  en: SETEX, SETNX, DEL
  zh: SETEX、SETNX、DEL
run lock:setex-first;r1;s3;clients=3;increments=0;ttl_us=5000000;work_us=400000

step
  until time >= 20ms
  do do.c1.increment
  until c1.phase = presetting
  spot c1
  en: A tutorial wants an expiry and SETNX knows none, so it says SETEX first, then SETNX, then DEL, whatever SETNX
    answered. c1 is alone.
  zh: 某教程想要过期时间，而 SETNX 不支持，于是先 SETEX，再 SETNX，不管结果如何最后都 DEL。现在只有 c1 一个。
  ask
    en: Will c1 get the lock?
    zh: c1 能得到锁吗？
    wrong
      en: Yes, nobody else wants it
      zh: 能，没有别人来抢
      why
        en: SETNX sets the key only if it does not exist. It exists: SETEX has just set it.
        zh: SETNX 只在键不存在时设置，而键存在——刚被自己的 SETEX 设上。
    right
      en: Never
      zh: 永远不能
      why
        en: It is stopped by its own key, each time.
        zh: 每次都被自己设的键挡住。

step
  until time >= 1s
  claim c1.holds = false
  claim c1.attempt >= 10
  claim n1.counter = 0
  spot c1
  en: After a second it has tried many times, and never got it.
  zh: 一秒钟里它试了很多次，一次也没有得到。

step
  do do.c2.increment
  until n2.holder != c3
  until note "granted" at n2
  claim not broken service-exclusive
  spot n2
  en: With two, one of them gets in: the other's DEL fell between its SETEX and its SETNX.
  zh: 有两个客户端时，其中一个进来了：另一个的 DEL 恰好落在它的 SETEX 与 SETNX 之间。
  ask
    en: And with three?
    zh: 三个客户端呢？
    right
      en: Two hold it at once
      zh: 两个同时持有
      why
        en: A loser deletes the winner's key; then a third comes in while the winner works.
        zh: 落选者删掉赢家的键，于是赢家还在干活，第三个又进来了。
    wrong
      en: One at a time, with more waiting
      zh: 一次一个，只是等待更久
      why
        en: The loser's DEL does not look whose key it is.
        zh: 落选者的 DEL 并不看键是谁的。

step
  do do.c3.increment
  until broken service-exclusive
  until seen two-believe
  spot n2
  en: Two hold it. SET NX PX does in one command what SETEX and SETNX cannot do in two; and whoever did not get the lock
    must not delete it. See the variants with a lease.
  zh: 两个同时持有。SET NX PX 用一条命令做到了 SETEX 与 SETNX 两条命令做不到的事；没有抢到锁就不该删锁。请看带租约的变体。
