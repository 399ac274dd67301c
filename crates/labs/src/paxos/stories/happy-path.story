story happy-path
title
  en: One value is chosen
  zh: 选定一个值
run paxos:single;r1;s3;clients=1;proposals=0

step
  until time >= 5ms
  en: n1 and n2 propose, n3 to n5 accept, n6 learns. They must agree on one value, and nobody is in charge.
  zh: n1、n2 是提议者，n3 到 n5 是接受者，n6 是学习者。它们要就一个值达成一致，而没有谁说了算。

step
  do do.c1.propose.1.7
  until message Prepare from n1
  spot n1
  en: The client asks n1 for the value 7. n1 begins ballot 1.n1 and asks the acceptors to promise. It does not name
    its value yet.
  zh: 客户端请 n1 提议 7。n1 发起投票 1.n1，请接受者承诺，此时还没有说出自己的值。

step
  until message Promise as A
  spot n3 n4 n5
  en: An acceptor writes its promise to disk, and then says it. From now on it accepts nothing below 1.n1.
  zh: 接受者先把承诺落盘，再发出承诺。从此它不再接受低于 1.n1 的投票。
  ask
    en: How many promises does n1 need before it may propose?
    zh: n1 需要几个承诺才能提出值？
    right
      en: Two of three
      zh: 三个中的两个
      why
        en: Any two majorities share an acceptor. Through it n1 hears of every value that may have been chosen before.
        zh: 任意两个多数派必有共同的接受者，n1 由此得知此前可能已选定的值。
    wrong
      en: All three
      zh: 全部三个
      why
        en: Then one dead acceptor would stop everything.
        zh: 那样只要一个接受者宕机，一切就停了。
    wrong
      en: One is enough
      zh: 一个就够
      why
        en: Two proposers could each have one, and neither would hear of the other.
        zh: 两个提议者可能各得一个承诺，却互不知晓。

step
  until message Accept from n1
  claim n1.value = 7
  spot n1
  en: A majority has promised and none of it has accepted anything. So n1 is free, and proposes its own 7.
  zh: 多数派已承诺，且都没有接受过任何值。于是 n1 可以自由选择，提出自己的 7。

step
  until count value = 7 >= 3
  en: Acceptors accept 7 and write it down. With the second one on disk 7 is chosen, whoever knows it.
  zh: 接受者接受 7 并落盘。第二个落盘的那一刻，7 就被选定了，不管有没有人知道。

step
  until reply ok at c1
  until n6.learned.1 = 7
  claim not broken agreement
  spot n6
  en: n1 and the learner have counted a majority in one ballot. It took four messages for each acceptor, and two
    forced writes.
  zh: n1 和学习者都在同一轮投票中数到了多数派。每个接受者为此花费 4 条消息和 2 次强制写盘。
