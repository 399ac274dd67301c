story multi-gap
title
  en: The new leader and the gap
  zh: 新领导者与空缺
run paxos:multi;r1;s2;clients=2;commands=0;latency_us=10000-10000

step
  until n1.phase = leading
  until time >= 130ms
  do do.c1.write.x.7
  until note "proposed" at n1
  do cut.n1
  until time >= 155ms
  do heal
  spot n1
  en: n1 gives c1's write slot 1, and a short cut swallows all that it sends. Watch the log of the acceptors.
  zh: n1 把槽位 1 给了 c1 的写，但一次短暂的断网吞掉了它发出的消息。留意接受者的日志。

step
  do do.c2.write.y.8
  until any.accepted.2.ballot = 1.n1
  do crash.n1
  spot n1
  en: c2's write gets slot 2 and is accepted. Then n1 dies: slot 2 is full, slot 1 is empty everywhere.
  zh: c2 的写得到槽位 2，并被接受。随后 n1 崩溃：槽位 2 有内容，槽位 1 处处为空。
  ask
    en: n2 will lead. What does it do with slot 1?
    zh: n2 将接替领导。它会怎样处理槽位 1？
    right
      en: It proposes a no-op there
      zh: 在那里提出空操作
      why
        en: Slot 2 cannot be carried out before slot 1 is decided, and nothing may be known of it for ever.
        zh: 槽位 1 未定之前，槽位 2 不能执行，而槽位 1 的内容可能永远无从得知。
    wrong
      en: It leaves it empty and goes on with slot 3
      zh: 让它空着，从槽位 3 继续
      why
        en: Then no replica could ever apply slot 2.
        zh: 那样任何副本都永远无法执行槽位 2。
    wrong
      en: It moves c2's write to slot 1
      zh: 把 c2 的写移到槽位 1
      why
        en: That write may be chosen in slot 2 already.
        zh: 那个写可能已在槽位 2 被选定。

step
  until note "filled a gap" at n2
  claim seen gap-filled
  spot n2
  en: n2 suspected n1, got a majority of promises, took over slot 2 and filled slot 1.
  zh: n2 怀疑 n1 已宕机，得到多数派承诺后接手槽位 2，并填补了槽位 1。

step
  until reply ok at c2
  until reply ok at c1
  claim not broken linearizable
  claim n2.chosen_below >= 4
  en: Both writes are answered. c1 asked n2 again, and its write went into slot 3.
  zh: 两个写都得到了应答。c1 又向 n2 提出请求，它的写进入槽位 3。
