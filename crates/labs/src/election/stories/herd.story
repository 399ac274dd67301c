story herd
title
  en: The herd, and how to avoid it
  zh: 羊群效应，以及如何避免
run election:znode-herd;r1;s1

step
  until time >= 1500ms
  claim n3.role = leader
  claim count watching = n3.1.1-n_0000000000 = 3
  spot n3
  en: n3 has the lowest znode and leads. The other three all watch it.
  zh: n3 的节点编号最小，由它领导。其余三个都监听它。

step
  do crash.n3
  until note "session expired"
  en: n3 crashes. Its session is silent for 600 ms; then the service ends it, and its znode goes.
  zh: n3 崩溃。它的会话沉默 600 毫秒后被服务结束，节点随之消失。
  ask
    en: How many candidates does the service wake?
    zh: 服务会唤醒几个候选人？
    right
      en: All three
      zh: 全部三个
      why
        en: Each has a watch on that znode. Only one of them will lead; with a thousand candidates it is a stampede.
        zh: 每个都监听着那个节点，而只有一个会领导；若有一千个候选人，就是一场踩踏。
    wrong
      en: One, the next in line
      zh: 一个，即下一位
      why
        en: That is how it should be: each watches the znode before its own, as `znode` does.
        zh: 本该如此：各自监听自己的前一个节点，即 znode 变体的做法。

step
  until broken wakes-one
  en: Three events, and three lists of children to answer at once.
  zh: 三条通知，还要同时答复三次子节点列表。

step
  until n4.role = leader
  claim not broken one-leader-an-epoch
  spot n4
  en: n4 leads, in epoch 2, and it is the only one: the answer is right, the price is not. With `znode` the same death
    wakes n4 alone.
  zh: n4 在纪元 2 领导，且只有它一个：结果正确，代价却不对。换成 znode 变体，同样的宕机只唤醒 n4。
