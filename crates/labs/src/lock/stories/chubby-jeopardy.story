story chubby-jeopardy
title
  en: Jeopardy and grace
  zh: 危险期与宽限期
run lock:chubby;r1;s1;clients=2;increments=0;work_us=1500000

step
  until time >= 1s
  do do.c1.increment
  until c1.phase = working
  until any.service_role = leader as M
  spot c1 $M
  en: c1 holds the lock, with generation 1 in its sequencer. {M} is the master of the cell.
  zh: c1 持有锁，序列器中的代号为 1。{M} 是这个单元的主节点。

step
  do crash.$M
  until note "jeopardy" at c1
  claim c1.holds = false
  claim c1.in_jeopardy = true
  spot c1
  en: The master dies. Nobody answers the keep-alives of c1, and its session lease is over by its own clock.
  zh: 主节点宕机。没有谁答复 c1 的保活，按它自己的时钟，会话租约已到期。
  ask
    en: What should c1 do?
    zh: c1 应该怎么做？
    wrong
      en: Go on: the new master will honour its session
      zh: 继续干活：新主节点会承认它的会话
      why
        en: It may, and it may have ended it: c1 cannot know.
        zh: 也许会，也许会话早已结束，c1 无从得知。
    wrong
      en: Give the lock up for lost
      zh: 就当锁已丢失
      why
        en: Then each change of master would cost every client its locks.
        zh: 那样的话，每换一次主节点，所有客户端都会丢锁。
    right
      en: Stand still, and wait for a new master for the grace period
      zh: 停手，在宽限期内等待新的主节点
      why
        en: The new master gives every session its full time again. If one answers in time, nothing was lost.
        zh: 新主节点会让每个会话重新计时。只要及时得到答复，就什么也没丢。

step
  until note "safe" at c1
  claim c1.holds = true
  spot c1
  en: A new master answers within the grace period: the session stands, and c1 goes on under the same lock.
  zh: 新主节点在宽限期内答复：会话还在，c1 凭同一把锁继续。

step
  until reply ok at c1
  claim n1.counter = 1
  claim n1.highest_token = 1
  claim not broken service-exclusive
  claim not broken no-lost-increment
  en: The increment is done, with generation 1.
  zh: 加一完成，代号为 1。
