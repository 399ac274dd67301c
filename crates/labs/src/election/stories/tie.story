story tie
title
  en: Two draw the same number
  zh: 两个节点抽到同一个数
run election:random-max;r1;s1

step
  until count number >= 1 >= 5
  until arrives NUMBER
  en: Five nodes, as tutorials have it: each draws a number from 1 to 10 and tells it to all others. The greatest leads.
  zh: 五个节点，正如教程所说：各自从 1 到 10 中抽一个数，告知其余所有节点，最大者领导。

step
  until n3.number = 7
  claim n5.number = 7
  spot n3 n5
  en: n3 and n5 have both drawn 7, and nobody has drawn more.
  zh: n3 和 n5 都抽到了 7，没有谁抽到更大的数。
  ask
    en: Nothing fails in this run. Who will lead?
    zh: 这次运行没有任何故障。谁会领导？
    right
      en: Both, n3 and n5
      zh: n3 和 n5 都领导
      why
        en: Each finds that its number is as great as any, and the tutorial's code says "mine >= theirs".
        zh: 两者都发现没有比自己更大的数，而教程的代码写的是 “mine >= theirs”。
    wrong
      en: n5, for it has the higher id
      zh: n5，因为它的 id 更高
      why
        en: Nobody looks at ids here. With ids, `unique-max`, this tie is gone, and other faults stay.
        zh: 这里没有谁看 id。用 id 打破平局（unique-max）可以消除它，但其他毛病还在。
    wrong
      en: Nobody, they draw again
      zh: 都不领导，重新抽数
      why
        en: The code knows of no second round.
        zh: 代码里没有第二轮。

step
  until broken one-leader-an-epoch
  spot n3 n5
  en: Two leaders, and not one fault. With n = 5 and M = 10 this happens in 23.3 % of all runs,
    1 − Σ (n/M)((m−1)/M)^(n−1); with M = 1000 still in one of 400. The inspector has the figure for your settings.
  zh: 出现两个领导者，而没有任何故障。n = 5、M = 10 时，23.3% 的运行都会如此：1 − Σ (n/M)((m−1)/M)^(n−1)；M = 1000 时仍有
    四百分之一。检查器里有你所设参数的数值。

step
  until time >= 800ms
  claim count role = leader = 2
  claim n1.leader = n3
  en: Nothing will end it: no number is compared again, and there is no term by which one leader could beat the other.
    Unique ids, terms and a majority are what is missing: see `znode`, or the lab of Raft.
  zh: 这种局面不会结束：数字不再比较，也没有任期可以让一个领导者胜过另一个。缺的是唯一 id、任期和多数派：请看 znode 变体或 Raft 实验。
