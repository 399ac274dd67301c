story znode-crash
title
  en: The session ends, and the lock with it
  zh: 会话结束，锁随之释放
run lock:znode;r1;s1;clients=2;increments=0;work_us=500000

step
  until time >= 800ms
  do do.c1.increment
  until c1.phase = working
  do crash.c1
  do do.c2.increment
  until count queue.len = 2 >= 3
  spot c1
  en: c1 crashes with the lock. Its znode is ephemeral: it goes with the session.
  zh: c1 持锁崩溃。它的 znode 是临时的，与会话共存亡。
  ask
    en: When will c2 get the lock?
    zh: c2 何时得到锁？
    wrong
      en: At once
      zh: 立刻
      why
        en: The service cannot see a crash, only silence.
        zh: 服务看不到崩溃，只能看到沉默。
    right
      en: After the session timeout
      zh: 会话超时之后
      why
        en: A session that is silent for 600 ms is ended, and its znodes are deleted.
        zh: 会话沉默 600 ms 即被结束，其 znode 随之删除。

step
  until note "session expired"
  until c2.holds = true
  claim not broken service-exclusive
  spot c2
  en: The session has ended, the watch of c2 has fired, and c2 holds the lock. No crash holds it for ever.
  zh: 会话结束，c2 的监听触发，c2 得到锁。崩溃不会永远占着锁。
