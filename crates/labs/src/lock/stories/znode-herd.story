story znode-herd
title
  en: The herd
  zh: 羊群
run lock:znode;r1;s1;clients=8;increments=0;work_us=200000;watches=all

step
  until time >= 800ms
  do do.c1.increment
  until c1.holds = true
  do do.c2.increment
  do do.c3.increment
  do do.c4.increment
  do do.c5.increment
  do do.c6.increment
  do do.c7.increment
  do do.c8.increment
  until count queue.len = 8 >= 3
  spot c1
  en: c1 holds the lock, seven wait, and each of them watches the whole list of znodes.
  zh: c1 持有锁，七个在等，每个都监听整个 znode 列表。
  ask
    en: c1 lets go: one znode is deleted. How many events does the service send?
    zh: c1 释放锁，删除一个 znode。服务会发出多少个事件？
    wrong
      en: One
      zh: 一个
      why
        en: Everybody has asked to be told of any change of the list.
        zh: 每个等待者都要求列表一有变化就通知。
    right
      en: Seven, and seven clients list the znodes again
      zh: 七个，随后七个客户端都重新列出 znode
      why
        en: All are woken, one of them has the lock. With N in line that is N² messages for N grants.
        zh: 全被惊动，却只有一个得到锁。N 个排队，N 次授予就要 N² 条消息。

step
  until reply ok at c1
  until message WatchEvent to c8
  claim not broken service-exclusive
  spot n2 n3 n4
  en: The herd wakes. It is right, and it is a waste; the recipe watches the znode before one's own.
  zh: 羊群被惊动。结果是对的，却白白浪费；标准做法是只监听前一个 znode。
