story slept
title
  en: The leader that slept
  zh: 沉睡的领导者
run election:znode;r1;s1

step
  until time >= 1500ms
  claim n3.role = leader
  spot n3
  en: n3 leads, in epoch 1, the number of its znode. It keeps its session alive by pings.
  zh: n3 在纪元 1 领导，纪元就是它的节点编号。它靠心跳维持会话。

step
  do pause.n3
  until note "session expired"
  spot n3
  en: n3 stops, as for a long garbage collection. After 600 ms of silence the service ends its session, and with it its
    znode.
  zh: n3 停顿了，例如一次漫长的垃圾回收。沉默 600 毫秒之后，服务结束它的会话，它的节点随之删除。

step
  until n4.role = leader
  claim n4.epoch = 2
  spot n4
  en: n4 watched n3's znode, is told, and leads in epoch 2.
  zh: n4 监听着 n3 的节点，收到通知后在纪元 2 领导。
  ask
    en: n3 wakes up. What does it believe?
    zh: n3 醒来了。它会怎么认为？
    right
      en: That it leads
      zh: 自己仍在领导
      why
        en: For n3 no time has passed. It cannot know better before it hears from the service, or its own timer runs out.
        zh: 对 n3 来说时间没有流逝。在收到服务的消息或自己的定时器到期之前，它无从得知。
    wrong
      en: That its session has ended
      zh: 自己的会话已结束
      why
        en: Nobody could tell it while it slept.
        zh: 它沉睡时没有谁能告诉它。

step
  do resume.n3
  until seen two-at-once
  claim not broken one-leader-an-epoch
  spot n3 n4
  en: For a moment both believe that they lead. No algorithm can prevent this; but their epochs differ. A resource that
    refuses an epoch below the highest it has seen, a fencing token, is safe.
  zh: 有那么一刻，两者都认为自己领导。没有算法能避免这一点；但它们的纪元不同。资源若拒绝比已见过的更低的纪元（防护令牌），就是安全的。

step
  until count role = leader = 1
  until n3.epoch >= 2
  claim met leader-elected
  en: n3 has heard that its session is gone, and has joined again, as the last in line.
  zh: n3 得知会话已不存在，重新加入，排在队尾。
