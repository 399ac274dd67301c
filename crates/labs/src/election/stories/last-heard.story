story last-heard
title
  en: Whoever was heard last decides
  zh: 最后收到的说了算
run election:random-pairwise;r1;s2

step
  until count number >= 1 >= 5
  claim n4.number = 10
  claim n3.number = 9
  spot n3 n4
  en: n4 has drawn 10, the greatest of all; n3 has 9. Each node compares its number with each that arrives.
  zh: n4 抽到 10，是最大的；n3 抽到 9。每个节点拿自己的数与每个到来的数比较。

step
  until n3.role = leader
  spot n3
  en: n3 has heard from a smaller one last, and the code says `leader = mine >= theirs`.
  zh: n3 最后收到的是一个较小的数，而代码写的是 leader = mine >= theirs。
  ask
    en: Will n3 still believe that it leads when all the numbers are in?
    zh: 所有数字都到齐后，n3 还会认为自己领导吗？
    right
      en: That depends on which number arrives last
      zh: 取决于哪个数最后到达
      why
        en: Each comparison overwrites the one before. If 10 comes last n3 follows, else it leads.
        zh: 每次比较都会覆盖前一次。若 10 最后到达，n3 就跟随，否则它领导。
    wrong
      en: No, 10 is greater than 9
      zh: 不会，10 大于 9
      why
        en: Only if the comparison with 10 is the last one. Nobody keeps a maximum.
        zh: 除非与 10 的比较是最后一次。没有谁记住最大值。

step
  until broken one-leader-an-epoch
  claim n3.role = leader
  claim n4.role = leader
  spot n3 n4
  en: n3 leads with 9, n4 with 10, and others follow still other nodes. No fault was needed, nor a tie. Keep the
    greatest that was heard, and you have `random-max`, which breaks by a tie.
  zh: n3 凭 9 领导，n4 凭 10 领导，其余节点跟随的又各不相同。这既不需要故障，也不需要平局。记住收到的最大值就成了 random-max，而它会因平局出错。
