story znode-line
title
  en: Standing in line
  zh: 排队
run lock:znode;r1;s1;clients=3;increments=0;work_us=100000

step
  until time >= 800ms
  do do.c2.increment
  until c2.znode = /lock/n_0000000000
  do do.c1.increment
  do do.c3.increment
  until c2.holds = true
  until count queue.len = 3 >= 3
  spot c2
  en: Each client has made an ephemeral sequential znode. c2 has the lowest number and holds the lock. Watch for whom each
    of the others watches.
  zh: 每个客户端都建了一个临时顺序 znode。c2 的号码最小，持有锁。注意看其余客户端各自监听谁。

step
  until c1.service_step = watching and c3.service_step = watching
  spot c1 c3
  en: Each watches the znode just before its own, and no other.
  zh: 各自只监听紧挨在自己前面的那个 znode。
  ask
    en: c2 lets go. Who is told?
    zh: c2 释放锁。谁会得到通知？
    right
      en: The next in line alone
      zh: 只有排在下一个的
      why
        en: Only the one that watched the znode of c2 hears of it, and it is the one that holds the lock now.
        zh: 只有监听 c2 那个 znode 的客户端得到通知，而它正是现在的持有者。
    wrong
      en: Both that wait
      zh: 两个等待者
      why
        en: That would be a herd: all wake, and all but one go back to sleep. Set ‘Who waits watches’ to the whole list to see
          it.
        zh: 那就是羊群效应：全部醒来，只有一个有事可做。把“等待者监听”设为整个列表即可看到。

step
  until reply ok at c2
  until message WatchEvent
  spot c1 c3
  en: One event, for one client.
  zh: 一个事件，通知一个客户端。

step
  until n1.acknowledged = 3
  until time >= 2s
  claim n1.counter = 3
  claim n1.highest_token = 2
  claim not broken fifo
  claim not broken service-exclusive
  en: First come, first served: 0, 1, 2. The number went along as a fencing token, so late writes do no harm either.
  zh: 先到先得：0、1、2。号码同时充当防护令牌，因此迟到的写入也不会造成损害。
